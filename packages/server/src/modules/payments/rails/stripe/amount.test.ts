import { describe, expect, test } from "vitest";
import { stripeAmount } from "./amount.ts";

describe("an amount as Stripe's API counts it", () => {
  test.each([
    { amountMinor: 1_169_900n, currency: "JMD", charged: 1_169_900, because: "cents are cents" },
    { amountMinor: 500n, currency: "JPY", charged: 500, because: "a yen has no smaller unit" },
    { amountMinor: 5n, currency: "ISK", charged: 500, because: "krónur are sent with two zeros" },
    { amountMinor: 5n, currency: "UGX", charged: 500, because: "so are Ugandan shillings" },
    {
      amountMinor: 1_000n,
      currency: "MGA",
      charged: 10,
      because: "Stripe has no part of an ariary",
    },
    {
      amountMinor: 1_050n,
      currency: "MGA",
      charged: null,
      because: "half an ariary would be lost",
    },
    { amountMinor: 5_124n, currency: "KWD", charged: 5_120, because: "dinars go in tens of fils" },
    { amountMinor: 5_125n, currency: "KWD", charged: 5_130, because: "halves go away from zero" },
    { amountMinor: 2n, currency: "KWD", charged: 10, because: "nothing cannot be charged" },
    { amountMinor: 5_120n, currency: "BHD", charged: 5_120, because: "what fits stays as it is" },
    {
      amountMinor: 1_000n,
      currency: "IQD",
      charged: 100,
      because: "Stripe counts these in hundredths",
    },
    {
      amountMinor: 2n ** 60n,
      currency: "USD",
      charged: null,
      because: "a number could not hold it",
    },
  ])("$amountMinor $currency is $charged: $because", ({ amountMinor, currency, charged }) => {
    expect(stripeAmount({ amountMinor, currency })).toBe(charged);
  });
});
