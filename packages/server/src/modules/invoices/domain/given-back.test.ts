import { describe, expect, test } from "vitest";
import { issuedOf, lineOf } from "#test/support/builders/issued-invoice.ts";
import { creditableMinor, keptMinor, linesLeft, unnotedMinor } from "./index.ts";

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
    const givenBack = { lines, unnotedMinor: unnoted };
    expect([creditableMinor(changed, givenBack), keptMinor(changed, givenBack)]).toEqual([
      creditable,
      kept,
    ]);
  });

  test("line by line", () => {
    const givenBack = { lines: [line(2, 4n), line(2, 6n)], unnotedMinor: 0n };
    expect(linesLeft(changed, givenBack)).toEqual([line(1, -15n), line(2, 20n)]);
  });
});

test.each([
  { returned: 0n, promised: 20n, unnoted: 0n, because: "the refund of the note failed" },
  { returned: 20n, promised: 20n, unnoted: 0n, because: "it was made again by hand" },
  { returned: 25n, promised: 20n, unnoted: 5n, because: "more than that went back" },
])("$because", ({ returned, promised, unnoted }) => {
  expect(unnotedMinor(returned, promised)).toBe(unnoted);
});
