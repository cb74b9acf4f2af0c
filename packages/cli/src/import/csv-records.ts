/** One record of a CSV file (RFC 4180). */
export interface CsvRecord {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  readonly fault: "quote_misplaced" | "quote_unclosed" | "row_too_long" | null;
}

const SPECIAL = /[",\r\n]/g;

/**
 * Reads records whose fields may be quoted and then hold commas, quotes and line ends. Lines end with
 * LF or CRLF; blank ones are passed over. A record with a stray quote is given with its fault and the
 * next one begins on the next line.
 */
export class CsvReader {
  readonly #lengthMax: number;
  /** Before a field, outside quotes, inside them, or behind a quote that may end them. */
  #place: "start" | "plain" | "quoted" | "closed" = "start";
  #fields: string[] = [];
  #field = "";
  #fault: CsvRecord["fault"] = null;
  #length = 0;
  #line = 1;
  #recordLine = 1;
  /** A CR at the end of a piece of text says what it is only with what comes next. */
  #held = "";

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** The records that end within this piece of text. */
  push(piece: string): CsvRecord[] {
    const whole = this.#held + piece;
    this.#held = whole.endsWith("\r") ? "\r" : "";
    const text = this.#held === "" ? whole : whole.slice(0, -1);
    const records: CsvRecord[] = [];
    let start = 0;
    for (const { index, 0: character } of text.matchAll(SPECIAL)) {
      if (index > start) this.#add(text.slice(start, index));
      start = index + 1;
      if (this.#endsRecord(character, text[index + 1] === "\n")) records.push(...this.#endRecord());
    }
    if (start < text.length) this.#add(text.slice(start));
    return records;
  }

  /** What is left when the text has ended. */
  end(): CsvRecord[] {
    if (this.#place === "quoted") this.#fault ??= "quote_unclosed";
    return this.#endRecord();
  }

  #endsRecord(character: string, isCrlf: boolean): boolean {
    // An endless quoted field is given up where it grew too long, and the file goes on from there.
    const isQuoted = this.#place === "quoted" && this.#fault !== "row_too_long";
    if (character === "\n") this.#line += 1;
    if (character === '"') this.#quote();
    else if (isQuoted) this.#add(character);
    else if (character === ",") this.#endField();
    else if (character === "\n") return true;
    else if (!isCrlf) this.#add(character);
    return false;
  }

  #quote(): void {
    if (this.#place === "start") {
      this.#place = "quoted";
    } else if (this.#place === "quoted") {
      this.#place = "closed";
    } else {
      if (this.#place === "plain") this.#fault ??= "quote_misplaced";
      else this.#place = "quoted";
      this.#field += '"';
    }
  }

  #add(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#lengthMax) {
      this.#fault = "row_too_long";
      return;
    }
    if (this.#place === "closed") this.#fault ??= "quote_misplaced";
    if (this.#place === "start") this.#place = "plain";
    this.#field += text;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#place = "start";
  }

  #endRecord(): CsvRecord[] {
    const isBlank = this.#fault === null && this.#fields.length === 0 && this.#place === "start";
    this.#endField();
    const record = { line: this.#recordLine, fields: this.#fields, fault: this.#fault };
    this.#fields = [];
    this.#fault = null;
    this.#length = 0;
    this.#recordLine = this.#line;
    return isBlank ? [] : [record];
  }
}
