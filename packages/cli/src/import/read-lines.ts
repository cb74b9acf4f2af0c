import { isUtf8 } from "node:buffer";

/** No row of usage is longer; what is, is most likely a file of something else. */
export const ROW_BYTES_MAX = 1_000_000;

const SHOWN_BYTES = 200;
const NEWLINE = 0x0a;
const BOM = "\ufeff";

/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1, blank lines too. */
  readonly number: number;
  /** Of a line that cannot be used, only its beginning. */
  readonly text: string;
  /** Its length in the file, the end included. */
  readonly byteCount: number;
  readonly fault: "row_too_long" | "encoding_invalid" | null;
}

/**
 * Splits bytes into lines, a group for each chunk that comes. Lines end with LF or CRLF, the last
 * one with nothing. Holds one chunk and one line at a time, and of an endless line its beginning.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  firstNumber = 1,
): AsyncGenerator<readonly Line[], void, undefined> {
  let number = firstNumber;
  let begun: Buffer[] = [];
  let begunBytes = 0;

  const keep = (part: Buffer) => {
    begunBytes += part.length;
    if (begunBytes <= ROW_BYTES_MAX || begun.length === 0) begun.push(part);
  };
  const take = (): Line => {
    const line = lineOf(begun, begunBytes, number);
    number += 1;
    begun = [];
    begunBytes = 0;
    return line;
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end + 1));
      lines.push(take());
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (begunBytes > 0) yield [take()];
}

function lineOf(parts: readonly Buffer[], byteCount: number, number: number): Line {
  const [first] = parts;
  const bytes = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  if (byteCount > ROW_BYTES_MAX) {
    return { number, text: beginning(bytes), byteCount, fault: "row_too_long" };
  }
  const text = bytes.toString("utf8");
  // A replacement character may be meant; only then is it worth looking at every byte.
  if (text.includes("\ufffd") && !isUtf8(bytes)) {
    return { number, text: beginning(bytes), byteCount, fault: "encoding_invalid" };
  }
  return { number, text: withoutEnds(text, number), byteCount, fault: null };
}

function withoutEnds(text: string, number: number): string {
  const start = number === 1 && text.startsWith(BOM) ? 1 : 0;
  const end = text.endsWith("\r\n") ? -2 : text.endsWith("\n") ? -1 : undefined;
  return text.slice(start, end);
}

function beginning(bytes: Buffer): string {
  return bytes.toString("utf8", 0, SHOWN_BYTES).trimEnd();
}
