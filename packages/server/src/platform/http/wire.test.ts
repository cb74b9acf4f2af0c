import { Compile } from "typebox/compile";
import { describe, expect, test } from "vitest";
import { BillingError, type ErrorCode } from "#kernel/error.ts";
import { encodeHalf, formatId, formatOwnedId } from "#kernel/ids.ts";
import { pageOf, readCursor, readInstantCursor } from "./page.ts";
import { DecimalString, idFrom, Metadata, ownedIdFrom, parseInstant } from "./wire.ts";

function refusal(work: () => unknown): ErrorCode | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof BillingError) return error.code;
    throw error;
  }
}

describe("an instant", () => {
  test.each([
    { text: "1970-01-01T00:00:00Z", instantMs: 0, because: "the first one" },
    {
      text: "2026-01-31T09:30:00.123Z",
      instantMs: Date.UTC(2026, 0, 31, 9, 30, 0, 123),
      because: "milliseconds",
    },
    {
      text: "2026-01-31T09:30:00.123987Z",
      instantMs: Date.UTC(2026, 0, 31, 9, 30, 0, 123),
      because: "the rest is dropped",
    },
    {
      text: "2026-01-31T09:30:00-05:00",
      instantMs: Date.UTC(2026, 0, 31, 14, 30),
      because: "an offset is applied",
    },
    { text: "2024-02-29T00:00:00Z", instantMs: Date.UTC(2024, 1, 29), because: "a leap day" },
    {
      text: "2099-12-31T23:59:59.999Z",
      instantMs: Date.UTC(2100, 0, 1) - 1,
      because: "the last one",
    },
  ])("$text is read: $because", ({ text, instantMs }) => {
    expect(parseInstant(text)).toBe(instantMs);
  });

  test.each([
    "",
    "now",
    "2026-01-31",
    "2026-01-31T09:30:00",
    "2026-1-31T09:30:00Z",
    "1767225600000",
    "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z",
    "9999-12-31T00:00:00Z",
    "+012026-01-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-01T24:30:00Z",
    "2026-01-01T00:00:60Z",
  ])("'%s' is refused", (text) => {
    expect(refusal(() => parseInstant(text))).toBe("time_invalid");
  });
});

test.each([
  { text: "2999.00", is: true },
  { text: "-0.000000001", is: true },
  { text: "1e400", is: false },
  { text: "1.0000000001", is: false },
  { text: "9".repeat(30), is: false },
  { text: ".5", is: false },
  { text: "", is: false },
])("'$text' is an exact decimal: $is", ({ text, is }) => {
  expect(Compile(DecimalString()).Check(text)).toBe(is);
});

describe("metadata", () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "x"]));

  test.each([
    { value: { crm_id: "A-1", vip: true, seats: 3, note: null }, is: true, because: "flat values" },
    { value: many(50), is: true, because: "fifty names" },
    { value: many(51), is: false, because: "too many names" },
    { value: { inner: {} }, is: false, because: "it is not flat" },
    { value: { list: [] }, is: false, because: "it is not flat" },
    { value: { "": "x" }, is: false, because: "a name has a character" },
    { value: { name: "x".repeat(2001) }, is: false, because: "the text is too long" },
  ])("of $because is taken: $is", ({ value, is }) => {
    expect(Compile(Metadata).Check(value)).toBe(is);
  });
});

describe("an id", () => {
  test("is read as its type", () => {
    const owned = { customerId: 5n, id: 7n };

    expect(idFrom("plan", formatId("plan", 7n), "plan_not_found")).toBe(7n);
    expect(ownedIdFrom("invoice", formatOwnedId("invoice", owned), "invoice_not_found")).toEqual(
      owned,
    );
  });

  test("of another type, or of no form, is not found", () => {
    for (const text of ["", "plan_", formatId("customer", 7n), "plan_🙂"]) {
      expect(refusal(() => idFrom("plan", text, "plan_not_found"))).toBe("plan_not_found");
    }
  });
});

describe("a page", () => {
  const how = { toWire: (row: bigint) => Number(row), cursor: (row: bigint) => [row, 1n] };

  test("ends where its rows end", () => {
    expect(pageOf([3n, 2n], 2, how)).toEqual({ data: [3, 2], next_cursor: null, has_more: false });
    expect(pageOf([], 2, how)).toEqual({ data: [], next_cursor: null, has_more: false });
  });

  test("tells by one row more that another one follows, and from where", () => {
    const page = pageOf([3n, 2n, 1n], 2, how);

    expect(page).toMatchObject({ data: [3, 2], has_more: true });
    expect(readCursor(page.next_cursor ?? "", 2)).toEqual([2n, 1n]);
  });

  test("starts at the beginning without a cursor, and at no other text than a cursor", () => {
    expect(readCursor(undefined, 1)).toBeNull();
    for (const text of ["", "abc", "u".repeat(13), "0".repeat(26)]) {
      expect(refusal(() => readCursor(text, 1))).toBe("cursor_invalid");
    }
  });

  test("goes on from an instant, as far as instants go", () => {
    const cursorAt = (instantMs: number) => encodeHalf(BigInt(instantMs));
    const lastMs = Date.UTC(2100, 0, 1) - 1;
    expect(readInstantCursor(undefined)).toBeNull();
    expect(readInstantCursor(cursorAt(lastMs))).toBe(lastMs);
    expect(refusal(() => readInstantCursor(cursorAt(lastMs + 1)))).toBe("cursor_invalid");
  });
});
