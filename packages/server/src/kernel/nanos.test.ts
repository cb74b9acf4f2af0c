import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAttos, formatNanos, parseNanos } from "./nanos.ts";

describe("reading a decimal", () => {
  test.each([
    { text: "0", nanos: 0n, because: "zero is a decimal" },
    { text: "50.00", nanos: 50_000_000_000n, because: "trailing zeros change nothing" },
    { text: "-0.05", nanos: -50_000_000n, because: "corrections are negative" },
    { text: "0.000000001", nanos: 1n, because: "nine digits are kept" },
    { text: "0.0000000010", nanos: 1n, because: "a tenth digit that is zero loses nothing" },
    { text: "0.0000000001", nanos: null, because: "a tenth digit would be lost" },
    { text: "1e3", nanos: null, because: "only plain decimals are read" },
    { text: "", nanos: null, because: "nothing is not zero" },
    { text: ".5", nanos: null, because: "a decimal starts with a digit" },
    { text: "1,5", nanos: null, because: "the point is a point" },
    { text: "Infinity", nanos: null, because: "quantities are finite" },
  ])("$text is $nanos: $because", ({ text, nanos }) => {
    expect(parseNanos(text)).toBe(nanos);
  });
});

test("what is written reads back as the same value", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (nanos) => {
      return parseNanos(formatNanos(nanos)) === nanos;
    }),
  );
});

test("an exact product keeps eighteen digits", () => {
  expect(formatAttos(1n)).toBe("0.000000000000000001");
});
