import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stripeAmount, stripeRefund } from "./amount.ts";

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

describe("what is given back of a charge", () => {
  test.each([
    {
      amountMinor: 5_125n,
      paidMinor: 5_125n,
      given: 5_130,
      because: "all of it is what was charged",
    },
    { amountMinor: 2n, paidMinor: 2n, given: 10, because: "so it is of the smallest" },
    { amountMinor: 2_567n, paidMinor: 5_125n, given: 2_560, because: "a part is rounded down" },
    { amountMinor: 9n, paidMinor: 5_125n, given: null, because: "nothing cannot be given back" },
  ])(
    "$amountMinor fils of $paidMinor are $given: $because",
    ({ given, paidMinor, amountMinor }) => {
      expect(stripeRefund({ amountMinor, currency: "KWD" }, paidMinor)).toBe(given);
    },
  );

  test("in parts, whatever they are, is never more than was charged", () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 40n }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(parts, fc.constantFrom("KWD", "JPY", "USD"), (amounts, currency) => {
        const paidMinor = amounts.reduce((sum, part) => sum + part, 0n);
        const given = amounts.map((amountMinor) =>
          stripeRefund({ amountMinor, currency }, paidMinor),
        );
        const all = given.reduce<number>((sum, part) => sum + (part ?? 0), 0);
        return all <= (stripeAmount({ amountMinor: paidMinor, currency }) ?? 0);
      }),
    );
  });
});
