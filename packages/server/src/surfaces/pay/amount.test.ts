import { expect, test } from "vitest";
import { amountText, groupedDigits, moneyText } from "./amount.ts";

test.each([
  { minor: 0n, currency: "JMD", text: "JMD 0.00" },
  { minor: 99_999n, currency: "JMD", text: "JMD 999.99" },
  { minor: 1_250_000n, currency: "JMD", text: "JMD 12,500.00" },
  { minor: -50_000n, currency: "JMD", text: "−JMD 500.00" },
  { minor: 1_250_000n, currency: "JPY", text: "JPY 1,250,000" },
  { minor: 1_234_567n, currency: "BHD", text: "BHD 1,234.567" },
])("$minor of $currency is $text", ({ minor, currency, text }) => {
  expect(moneyText(minor, currency)).toBe(text);
});

test("stands without its currency where that is said elsewhere", () => {
  expect(amountText(-123_456_789n, "USD")).toBe("−1,234,567.89");
});

test("groups the whole part alone", () => {
  expect(groupedDigits("-1234567.0125")).toBe("-1,234,567.0125");
});
