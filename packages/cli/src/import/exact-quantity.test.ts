import { expect, test } from "vitest";
import { exactQuantity } from "./exact-quantity.ts";

test.each([
  { written: "3", quantity: "3", because: "a whole number is what it is" },
  { written: "-2", quantity: "-2", because: "a correction is negative" },
  { written: "0.1", quantity: "0.1", because: "a short decimal comes back as it was written" },
  { written: "1.50", quantity: "1.5", because: "a zero behind the point says nothing" },
  { written: "1e-7", quantity: "0.0000001", because: "an exponent is written out" },
  { written: "-25e-8", quantity: "-0.00000025", because: "with its sign" },
  { written: "1e21", quantity: "1000000000000000000000", because: "upwards as well" },
  { written: "123456789012345", quantity: "123456789012345", because: "15 digits are held" },
  { written: "1234567890123456", quantity: null, because: "16 may not be" },
  { written: "0.1000000000000000055", quantity: null, because: "digits would go unseen" },
  { written: "9007199254740993", quantity: null, because: "it would be another number" },
  { written: "1e400", quantity: null, because: "it would be endless" },
])("$written is $quantity: $because", ({ written, quantity }) => {
  const source = `{"metric":"m", "quantity" : ${written}}`;
  const { quantity: value } = JSON.parse(source) as { quantity: number };
  expect(exactQuantity(value, source)).toBe(quantity);
});
