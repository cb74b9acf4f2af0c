import { describe, expect, test } from "vitest";
import { issuedOf, lineOf } from "#test/support/builders/issued-invoice.ts";
import {
  againstPromises,
  creditableMinor,
  keptMinor,
  linesLeft,
  returnableMinor,
} from "./index.ts";

const line = (lineNumber: number, amountMinor: bigint) => ({ lineNumber, amountMinor });
/** An invoice of a change: 15 were given back of another one, 30 are charged. */
const credit = { ...lineOf(1, -15n), kind: "credit" } as const;
const changed = issuedOf({ lines: [credit, lineOf(2, 30n)], totalMinor: 15n });

describe("what an invoice has left", () => {
  test.each([
    { because: "nothing was given back", lines: [], unnoted: 0n, creditable: 15n, kept: 30n },
    { because: "a part was", lines: [line(2, 4n)], unnoted: 0n, creditable: 11n, kept: 26n },
    { because: "money went back alone", lines: [], unnoted: 5n, creditable: 10n, kept: 25n },
    {
      because: "all that was charged was, credit and all",
      lines: [line(2, 20n), line(2, 10n)],
      unnoted: 0n,
      creditable: -15n,
      kept: 0n,
    },
  ])("$because", ({ lines, unnoted, creditable, kept }) => {
    const givenBack = { lines, unnotedMinor: unnoted, owedBackMinor: 0n };
    expect([creditableMinor(changed, givenBack), keptMinor(changed, givenBack)]).toEqual([
      creditable,
      kept,
    ]);
  });

  test("line by line", () => {
    const givenBack = { lines: [line(2, 4n), line(2, 6n)], unnotedMinor: 0n, owedBackMinor: 0n };
    expect(linesLeft(changed, givenBack)).toEqual([line(1, -15n), line(2, 20n)]);
  });
});

test.each([
  { returned: 0n, unnoted: 0n, owed: 20n, because: "the refund of the note failed" },
  { returned: 5n, unnoted: 0n, owed: 15n, because: "a part of it was made again by hand" },
  { returned: 20n, unnoted: 0n, owed: 0n, because: "it was made again by hand" },
  { returned: 25n, unnoted: 5n, owed: 0n, because: "more than that went back" },
])("of 20 that a note promised: $because", ({ returned, unnoted, owed }) => {
  expect(againstPromises(returned, 20n)).toEqual({ unnotedMinor: unnoted, owedBackMinor: owed });
});

test.each([
  { paid: 30n, credited: 0n, owed: 20n, most: 30n, because: "the note's refund failed" },
  { paid: 30n, credited: 0n, owed: 0n, most: 10n, because: "the note's refund went" },
  { paid: 5n, credited: 20n, owed: 0n, most: 5n, because: "the note took off what was due" },
  { paid: 0n, credited: 20n, owed: 0n, most: 0n, because: "nothing was paid" },
])("what may go back by hand: $because", ({ paid, credited, owed, most }) => {
  const plain = { lines: [lineOf(1, 30n)], totalMinor: 30n };
  const invoice = issuedOf({ ...plain, amountPaidMinor: paid, creditedMinor: credited });
  const givenBack = { lines: [line(1, 20n)], unnotedMinor: 0n, owedBackMinor: owed };
  expect(returnableMinor(invoice, givenBack)).toBe(most);
});
