import { assert } from "./assert.ts";
import { type Currency, minorDigits } from "./currency.ts";
import { ATTOS_PER_UNIT, type Attos, NANOS_PER_UNIT, type Nanos } from "./nanos.ts";

/** An amount that can be charged: whole minor units (cents, yen) of a currency. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/**
 * Turns an exact price into an amount that can be charged: minor units (cents, yen), halves away
 * from zero, as on the invoices that people check by hand.
 *
 * `exactAttos` is in 10⁻¹⁸ of the currency's major unit, and `fraction` is the share of it that is
 * due (`{ part, whole }`, such as the milliseconds used of a period), so that a prorated price is
 * rounded once and not twice.
 *
 * Call this once per invoice line and nowhere else: rounding twice is how totals stop adding up.
 */
export function roundToMinor(
  exactAttos: Attos,
  currency: Currency,
  fraction: { readonly part: bigint; readonly whole: bigint } = { part: 1n, whole: 1n },
): bigint {
  assert(fraction.whole > 0n, "a share is of something");
  const scale = 10n ** BigInt(minorDigits(currency));
  return divideHalfAway(exactAttos * scale * fraction.part, ATTOS_PER_UNIT * fraction.whole);
}

/** Integer division that rounds halves away from zero. `divisor` is positive. */
export function divideHalfAway(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, "halves are told from a positive divisor");
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}

/** `1169900n` JMD is `"11699.00"`: every digit of the minor unit is written. */
export function formatMinor(amountMinor: bigint, currency: Currency): string {
  const digits = minorDigits(currency);
  if (digits === 0) return amountMinor.toString();
  const sign = amountMinor < 0n ? "-" : "";
  const text = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(digits + 1, "0");
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The exact price of an amount: 11,699.00 JMD is 11699 × 10⁹ nanos of a dollar. */
export function minorToNanos(amountMinor: bigint, currency: Currency): Nanos {
  return (amountMinor * NANOS_PER_UNIT) / 10n ** BigInt(minorDigits(currency));
}

/**
 * Minor units of a decimal price, or null when the currency has no such unit (0.005 USD, 0.5 JPY).
 * For prices that are charged as they stand; anything computed goes through `roundToMinor`.
 */
export function nanosToMinorExactly(price: Nanos, currency: Currency): bigint | null {
  const scaled = price * 10n ** BigInt(minorDigits(currency));
  return scaled % NANOS_PER_UNIT === 0n ? scaled / NANOS_PER_UNIT : null;
}

export function sumMinor(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
