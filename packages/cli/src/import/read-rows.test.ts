import { describe, expect, test } from "vitest";
import { ROW_BYTES_MAX } from "./read-lines.ts";
import { csvRows, jsonlRows } from "./read-rows.ts";
import { createRowReferences } from "./row-references.ts";
import type { ReadRow } from "./usage-row.ts";

async function* inPieces(bytes: Buffer, pieceLength: number) {
  for (let start = 0; start < bytes.length; start += pieceLength) {
    yield bytes.subarray(start, start + pieceLength);
  }
}

type Reader = typeof jsonlRows;

async function rowsOf(read: Reader, content: string | Buffer, pieceLength = 7): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  const bytes = Buffer.from(content as string);
  for await (const group of read(inPieces(bytes, pieceLength), createRowReferences())) {
    rows.push(...group);
  }
  return rows;
}

const event = { subscription: "sub_1", metric: "packages", quantity: "1", reference_id: "r" };
const json = JSON.stringify(event);

/** What became of each row: its line, with its event or its fault's code. */
function fates(rows: readonly ReadRow[]) {
  return rows.map((row) => [row.line, "event" in row ? row.event : row.fault.code]);
}

describe("JSON lines", () => {
  test("end with LF, CRLF or nothing; blank ones and a byte order mark say nothing", async () => {
    const rows = await rowsOf(jsonlRows, `\ufeff${json}\r\n\n  \r\n${json}\n${json}`);
    expect(fates(rows)).toEqual([
      [1, event],
      [4, event],
      [5, event],
    ]);
  });

  test.each([
    { text: "nonsense", code: "json_invalid", because: "it is no JSON" },
    { text: "[1]", code: "json_invalid", because: "it is no object" },
    { text: '{"metric":"m","quantity":"1"}', code: "field_missing", because: "it names nobody" },
    {
      text: '{"subscription":"s","customer":"c","metric":"m","quantity":"1"}',
      code: "field_missing",
      because: "it names two",
    },
    { text: '{"customer":"c","quantity":"1"}', code: "field_missing", because: "it has no metric" },
    { text: '{"customer":"c","metric":"m"}', code: "field_missing", because: "it has no quantity" },
    {
      text: '{"customer":"c","metric":"m","quantity":null}',
      code: "field_missing",
      because: "null is nothing",
    },
    {
      text: '{"customer":"c","metric":"m","quantity":true}',
      code: "quantity_inexact",
      because: "its quantity is no number",
    },
    {
      text: '{"customer":"c","metric":"m","quantity":1e400}',
      code: "quantity_inexact",
      because: "its number is none that can be held",
    },
  ])("$code: $because; the rows around it are read", async ({ text, code }) => {
    const rows = await rowsOf(jsonlRows, `${json}\n${text}\n${json}\n`);
    expect(fates(rows)).toEqual([
      [1, event],
      [2, code],
      [3, event],
    ]);
  });

  test("a row longer than a row may be is shown by its beginning only", async () => {
    const long = `{"customer":"${"x".repeat(ROW_BYTES_MAX)}"}`;
    const rows = await rowsOf(jsonlRows, `${json}\n${long}\n${json}`, 65_536);
    expect(fates(rows)).toEqual([
      [1, event],
      [2, "row_too_long"],
      [3, event],
    ]);
    expect(JSON.stringify(rows[1]).length).toBeLessThan(1_000);
  });

  test("a row that is not UTF-8 is refused, a replacement character that is meant is not", async () => {
    const bad = Buffer.concat([
      Buffer.from('{"customer":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n'),
    ]);
    const meant = { ...event, reference_id: "\ufffd" };
    const bytes = Buffer.concat([bad, Buffer.from(JSON.stringify(meant))]);
    expect(fates(await rowsOf(jsonlRows, bytes))).toEqual([
      [1, "encoding_invalid"],
      [2, meant],
    ]);
  });

  test("what the server must judge is passed on as it is", async () => {
    const odd = { ...event, occurred_at: "yesterday", colour: "red" };
    expect(fates(await rowsOf(jsonlRows, JSON.stringify(odd)))).toEqual([[1, odd]]);
  });
});

describe("CSV", () => {
  const header = "customer,metric,quantity,reference_id,occurred_at,properties";

  test("names its columns in the first line; an empty field is none", async () => {
    const rows = await rowsOf(
      csvRows,
      `\ufeff${header}\r\nacme,packages,1.50,"a ""1""",,"{""size"":""L""}"\r\n`,
    );
    const properties = { size: "L" };
    const read = { customer: "acme", metric: "packages", quantity: "1.50" };
    expect(fates(rows)).toEqual([[2, { ...read, reference_id: 'a "1"', properties }]]);
  });

  test.each([
    { row: "acme,packages,1", code: "columns_differ" },
    { row: "acme,packages,1,r,,[]", code: "properties_invalid" },
    { row: "acme,packages,,r,,", code: "field_missing" },
    { row: 'acme,pack"ages,1,r,,', code: "quote_misplaced" },
    { row: "acme,pack\ufffdages,1,r,,", code: "encoding_invalid" },
  ])("$row is refused: $code", async ({ row, code }) => {
    const rows = await rowsOf(csvRows, `${header}\n${row}\nacme,packages,1,r,,\n`);
    expect(fates(rows)).toEqual([
      [2, code],
      [3, { customer: "acme", metric: "packages", quantity: "1", reference_id: "r" }],
    ]);
  });

  test.each([
    { header: "customer,metric,amount", says: 'no column called "amount"' },
    { header: "customer,metric,metric,quantity", says: "metric is there twice" },
    { header: "customer,metric", says: "has to name the columns" },
  ])("is refused as a whole when its header is $header", async ({ header: wrong, says }) => {
    await expect(rowsOf(csvRows, `${wrong}\na,b,1\n`)).rejects.toThrow(says);
  });
});
