import { describe, expect, test } from "vitest";
import { CsvReader } from "./csv-records.ts";

/** Reads a text in pieces of a length, which must make no difference. */
function recordsOf(text: string, pieceLength = text.length, lengthMax = 1_000) {
  const reader = new CsvReader(lengthMax);
  const records = [];
  for (let start = 0; start < text.length; start += pieceLength) {
    records.push(...reader.push(text.slice(start, start + pieceLength)));
  }
  return [...records, ...reader.end()];
}

const rows = (text: string) => recordsOf(text).map(({ fields }) => fields);

describe("records", () => {
  test.each([
    {
      text: "a,b\n1,2\n",
      fields: [
        ["a", "b"],
        ["1", "2"],
      ],
      because: "LF ends a line",
    },
    {
      text: "a,b\r\n1,2\r\n",
      fields: [
        ["a", "b"],
        ["1", "2"],
      ],
      because: "so does CRLF",
    },
    {
      text: "a,b\n1,2",
      fields: [
        ["a", "b"],
        ["1", "2"],
      ],
      because: "the last line may have no end",
    },
    { text: "a\n\n\r\nb\n", fields: [["a"], ["b"]], because: "blank lines are passed over" },
    { text: "a,,c\n", fields: [["a", "", "c"]], because: "a field may be empty" },
    { text: ",\n", fields: [["", ""]], because: "both may be" },
    { text: '"a,b",c\n', fields: [["a,b", "c"]], because: "quotes hold a comma" },
    { text: '"a\nb",c\n', fields: [["a\nb", "c"]], because: "and a line end" },
    { text: '"a\r\nb"\r\n', fields: [["a\r\nb"]], because: "and CRLF as it is" },
    { text: '"say ""hi""",c\n', fields: [['say "hi"', "c"]], because: "two quotes are one" },
    { text: '"",c\n', fields: [["", "c"]], because: "a quoted field may be empty" },
    { text: '""\n', fields: [[""]], because: "and is then no blank line" },
    { text: "a\rb\n", fields: [["a\rb"]], because: "a CR alone ends nothing" },
    { text: "", fields: [], because: "nothing holds nothing" },
  ])("$because", ({ text, fields }) => {
    expect(rows(text)).toEqual(fields);
  });

  test("are the same however the text is cut into pieces", () => {
    const text = 'a,"b ""x"", c"\r\n\r\n"1\r\n2",3\n4,""\r\n';
    for (let pieceLength = 1; pieceLength < text.length; pieceLength += 1) {
      expect(recordsOf(text, pieceLength)).toEqual(recordsOf(text));
    }
  });

  test("know the line on which they begin", () => {
    const lines = recordsOf('a\n"b\nb"\n\nc\n').map(({ line }) => line);
    expect(lines).toEqual([1, 2, 5]);
  });
});

describe("a record that breaks the rules is given with its fault, and the next one is read", () => {
  test.each([
    { text: 'a"b,c\nd\n', fault: "quote_misplaced", because: "a quote inside a plain field" },
    { text: '"a"b,c\nd\n', fault: "quote_misplaced", because: "text behind a closing quote" },
    { text: `${"x".repeat(1_001)}\nd\n`, fault: "row_too_long", because: "a row without end" },
  ])("$because", ({ text, fault }) => {
    const [bad, next] = recordsOf(text);
    expect(bad).toMatchObject({ line: 1, fault });
    expect(next).toEqual({ line: 2, fields: ["d"], fault: null });
  });

  test("a quote that is never closed takes the rest of a short file", () => {
    expect(recordsOf('"a\nb')).toEqual([{ line: 1, fields: ["a\nb"], fault: "quote_unclosed" }]);
  });

  test("and of a long one no more than a row may hold", () => {
    const text = `"${"x".repeat(600)}\n${"y".repeat(600)}\nd\n`;
    expect(recordsOf(text).map(({ fault, fields }) => fault ?? fields)).toEqual([
      "row_too_long",
      ["d"],
    ]);
  });
});
