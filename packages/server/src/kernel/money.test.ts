import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { divideHalfAway, formatMinor, nanosToMinorExactly, roundToMinor } from "./money.ts";
import { ATTOS_PER_UNIT } from "./nanos.ts";

const attos = (thousandths: bigint) => (thousandths * ATTOS_PER_UNIT) / 1000n;

describe("rounding an exact price to what can be charged", () => {
  test.each([
    { thousandths: 1004n, currency: "USD", minor: 100n, because: "less than half is dropped" },
    { thousandths: 1005n, currency: "USD", minor: 101n, because: "a half goes up" },
    { thousandths: -1005n, currency: "USD", minor: -101n, because: "a half goes away from zero" },
    { thousandths: 1499n, currency: "JPY", minor: 1n, because: "yen have no smaller unit" },
    { thousandths: 1500n, currency: "JPY", minor: 2n, because: "half a yen goes up" },
    { thousandths: 1005n, currency: "KWD", minor: 1005n, because: "a dinar has a thousand fils" },
  ])("$thousandths/1000 $currency is $minor: $because", ({ thousandths, currency, minor }) => {
    expect(roundToMinor(attos(thousandths), currency)).toBe(minor);
  });

  test("a share of a price is rounded once, not the price and then the share", () => {
    const price = attos(5n);
    expect(roundToMinor(price, "USD", { part: 1n, whole: 2n })).toBe(0n);
  });
});

test("rounding is never further off than half a unit, and mirrors around zero", () => {
  const dividends = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const divisors = fc.bigInt({ min: 1n, max: 10n ** 20n });
  fc.assert(
    fc.property(dividends, divisors, (dividend, divisor) => {
      const rounded = divideHalfAway(dividend, divisor);
      const error = rounded * divisor - dividend;
      const isNear = 2n * (error < 0n ? -error : error) <= divisor;
      return isNear && divideHalfAway(-dividend, divisor) === -rounded;
    }),
  );
});

describe("writing an amount", () => {
  test.each([
    { minor: 1_169_900n, currency: "JMD", text: "11699.00" },
    { minor: 5n, currency: "USD", text: "0.05" },
    { minor: -5n, currency: "USD", text: "-0.05" },
    { minor: 500n, currency: "JPY", text: "500" },
    { minor: 1n, currency: "KWD", text: "0.001" },
  ])("$minor $currency is $text", ({ minor, currency, text }) => {
    expect(formatMinor(minor, currency)).toBe(text);
  });
});

describe("a price that is charged as it stands", () => {
  test.each([
    { nanos: 2_999_000_000_000n, currency: "JMD", minor: 299_900n, because: "2,999.00 is exact" },
    { nanos: 5_000_000n, currency: "USD", minor: null, because: "half a cent cannot be charged" },
    { nanos: 500_000_000n, currency: "JPY", minor: null, because: "half a yen cannot be charged" },
  ])("$nanos $currency is $minor: $because", ({ nanos, currency, minor }) => {
    expect(nanosToMinorExactly(nanos, currency)).toBe(minor);
  });
});
