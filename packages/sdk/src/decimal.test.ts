import { expect, test } from "vitest";
import { decimalText } from "./decimal.ts";

test.each([
  { count: 1, text: "1", because: "a whole number is what it is" },
  { count: -2.5, text: "-2.5", because: "a correction is negative" },
  { count: 0.1, text: "0.1", because: "the shortest form is what was meant" },
  { count: 1_234_567_890.1, text: "1234567890.1", because: "however large the whole part" },
  { count: 1e-7, text: "0.0000001", because: "an exponent is written out" },
  { count: -2.5e-8, text: "-0.000000025", because: "with its sign" },
  { count: 123_456_789_012_345, text: "123456789012345", because: "15 digits are held" },
])("$count is $text: $because", ({ count, text }) => {
  expect(decimalText(count)).toBe(text);
});

test.each([
  { count: 0, because: "nothing is no event" },
  { count: 0.1 + 0.2, because: "no decimal was meant by it" },
  { count: 1e-10, because: "the server keeps nine decimals" },
  { count: 1e15, because: "the server takes less" },
  { count: 1e21, because: "an exponent does not get past" },
  { count: Number.NaN, because: "it is no number" },
  { count: Number.POSITIVE_INFINITY, because: "it has no end" },
  { count: "3" as unknown as number, because: "it is text" },
])("$count is refused: $because", ({ count }) => {
  expect(() => decimalText(count)).toThrow(TypeError);
});
