import { expect, test } from "vitest";
import { formatAmount } from "./money.ts";

test.each([
  {
    amount: 1_169_900,
    currency: "jmd",
    text: "JMD\u00a011,699.00",
    because: "it has two decimals",
  },
  { amount: 5, currency: "usd", text: "$0.05", because: "small amounts keep their zeros" },
  { amount: 0, currency: "usd", text: "$0.00", because: "nothing is an amount too" },
  { amount: 500, currency: "jpy", text: "¥500", because: "yen have no decimals" },
  { amount: 1_500, currency: "kwd", text: "KWD\u00a01.500", because: "dinars have three" },
  {
    amount: 500,
    currency: "ugx",
    text: "UGX\u00a05.00",
    because: "Stripe counts two decimals here",
  },
  { amount: 99_999_999, currency: "eur", text: "€999,999.99", because: "it is the largest" },
])("$amount $currency is $text: $because", ({ amount, currency, text }) => {
  expect(formatAmount(amount, currency)).toBe(text);
});
