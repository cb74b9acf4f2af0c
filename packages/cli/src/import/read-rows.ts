import { createReadStream, type ReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { CommandFailure, UsageFailure } from "../failure.ts";
import { CsvReader, type CsvRecord } from "./csv-records.ts";
import { type Line, ROW_BYTES_MAX, readLines } from "./read-lines.ts";
import { fault, type NameRow, type ReadRow, usageRow } from "./usage-row.ts";

/** Rows in the order of the file, in groups of whatever size reading brings. */
export type RowGroups = AsyncIterable<readonly ReadRow[]>;

const CHUNK_BYTES = 256 * 1024;

const FAULTS = {
  encoding_invalid: "The row is not UTF-8.",
  json_invalid: "The row is not a JSON object.",
  quote_misplaced: "A quote stands inside a field that is not quoted, or behind one that is.",
  quote_unclosed: "A quoted field is not closed before the file ends.",
  row_too_long: `The row is longer than ${ROW_BYTES_MAX} bytes.`,
  columns_differ: "The row has more or fewer fields than the header.",
  properties_invalid: "The column properties holds a JSON object.",
} as const;

export interface RowFile {
  readonly rows: RowGroups;
  /** How much of the file was read so far, in the bytes that it has on the disk. */
  bytesRead(): number;
}

/** Reads `FILE.jsonl` or `FILE.csv`, or either with `.gz`. Throws UsageFailure for another ending. */
export function readRowFile(path: string, nameRow: NameRow): RowFile {
  const [, form, compression] = /\.(jsonl|ndjson|csv)(\.gz)?$/i.exec(path) ?? [];
  if (form === undefined) {
    throw new UsageFailure(
      `${path} has to end in .jsonl, .ndjson or .csv, or in one of them and .gz`,
    );
  }
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const chunks = compression === undefined ? file : unzipped(file);
  const rows = form.toLowerCase() === "csv" ? csvRows(chunks, nameRow) : jsonlRows(chunks, nameRow);
  return { rows, bytesRead: () => file.bytesRead };
}

/** What either of the two streams fails with is thrown to the reader. */
function unzipped(file: ReadStream): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  return pipeline(file, gunzip, () => {});
}

/** One JSON object a line. */
export async function* jsonlRows(
  chunks: AsyncIterable<Buffer>,
  nameRow: NameRow,
): AsyncGenerator<readonly ReadRow[], void, undefined> {
  for await (const lines of readLines(chunks)) {
    yield lines.filter(({ text }) => text.trim() !== "").map((line) => jsonRow(line, nameRow));
  }
}

function jsonRow({ number, text, byteCount, fault: flaw }: Line, nameRow: NameRow): ReadRow {
  const place = { line: number, byteCount };
  if (flaw !== null) return { ...place, source: text, fault: fault(flaw, FAULTS[flaw]) };
  const source = jsonObject(text);
  if (source === null) {
    return { ...place, source: text, fault: fault("json_invalid", FAULTS.json_invalid) };
  }
  // A null is how many writers say that they have nothing to say.
  const values = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== null));
  return usageRow({ ...place, source, values, json: text }, nameRow);
}

const COLUMNS: readonly string[] = [
  "subscription",
  "customer",
  "metric",
  "quantity",
  "reference_id",
  "occurred_at",
  "properties",
];

/** A header with the names of the columns, in any order, then a record for each row. */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  nameRow: NameRow,
): AsyncGenerator<readonly ReadRow[], void, undefined> {
  let header: readonly string[] | null = null;
  for await (const records of csvRecords(chunks)) {
    const rows: ReadRow[] = [];
    for (const record of records) {
      if (header === null) header = checkedHeader(record);
      else rows.push(csvRow(record, header, nameRow));
    }
    yield rows;
  }
}

async function* csvRecords(chunks: AsyncIterable<Buffer>) {
  const reader = new CsvReader(ROW_BYTES_MAX);
  // Strict decoding would end at the first bad byte; the replacement character marks its row instead.
  const decoder = new TextDecoder("utf-8");
  for await (const chunk of chunks) yield reader.push(decoder.decode(chunk, { stream: true }));
  yield reader.push(decoder.decode());
  yield reader.end();
}

function checkedHeader({ fields, line }: CsvRecord): readonly string[] {
  const names = fields.map((name) => name.trim());
  const unknown = names.find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined) {
    throw new CommandFailure(
      `Line ${line}: there is no column called ${JSON.stringify(unknown)}.`,
      `The first line names the columns, of these: ${COLUMNS.join(", ")}`,
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CommandFailure(`Line ${line}: ${twice} is there twice.`);
  const isWhole = ["metric", "quantity"].every((name) => names.includes(name));
  if (isWhole && (names.includes("subscription") || names.includes("customer"))) return names;
  throw new CommandFailure(
    `Line ${line}: the first line has to name the columns.`,
    "Needed are metric, quantity, and subscription or customer.",
  );
}

function csvRow(record: CsvRecord, header: readonly string[], nameRow: NameRow): ReadRow {
  const { line, fields } = record;
  const byteCount = fields.reduce((sum, field) => sum + field.length + 1, 0);
  const place = { line, byteCount };
  const flaw = record.fault ?? flawOf(fields, header);
  if (flaw !== null) {
    return { ...place, source: fields.map(beginning), fault: fault(flaw, FAULTS[flaw]) };
  }
  const source = Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ""]));
  // An empty field is one that is not there.
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== ""),
  );
  if (typeof values["properties"] === "string") {
    values["properties"] = jsonObject(values["properties"]);
    if (values["properties"] === null) {
      const wrong = fault("properties_invalid", FAULTS.properties_invalid);
      return { ...place, source, fault: wrong };
    }
  }
  return usageRow({ ...place, source, values, json: null }, nameRow);
}

function flawOf(fields: readonly string[], header: readonly string[]) {
  if (fields.length !== header.length) return "columns_differ";
  return fields.some((field) => field.includes("\ufffd")) ? "encoding_invalid" : null;
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function beginning(text: string): string {
  return text.slice(0, 200);
}
