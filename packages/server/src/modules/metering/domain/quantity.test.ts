import { expect, test } from "vitest";
import { isQuantity } from "./quantity.ts";

test.each([
  { text: "1", taken: true, because: "a whole number is a decimal" },
  { text: "-3", taken: true, because: "a correction is negative" },
  { text: "0.000000001", taken: true, because: "nine decimals are kept" },
  { text: "999999999999999.999999999", taken: true, because: "it is below 10^15" },
  { text: "1000000000000000", taken: false, because: "it is 10^15" },
  { text: "0.0000000001", taken: false, because: "a tenth decimal would be lost" },
  { text: "0", taken: false, because: "nothing happened" },
  { text: "-0.000", taken: false, because: "nothing happened either" },
  { text: "1e400", taken: false, because: "exponents are not plain decimals" },
  { text: "1234567890123456789012345678901234567890", taken: false, because: "it has 40 digits" },
  { text: "", taken: false, because: "there is no number" },
  { text: ".5", taken: false, because: "a digit stands before the point" },
  { text: "5.", taken: false, because: "a digit stands behind the point" },
  { text: " 5", taken: false, because: "white space is no digit" },
  { text: "+5", taken: false, because: "no sign but minus is written" },
  { text: "NaN", taken: false, because: "numeric would take it and no price could" },
  { text: "٣", taken: false, because: "only ASCII digits are read" },
])("'$text' is a quantity: $taken, because $because", ({ text, taken }) => {
  expect(isQuantity(text)).toBe(taken);
});
