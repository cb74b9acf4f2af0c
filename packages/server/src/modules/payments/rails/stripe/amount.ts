import { type Currency, minorDigits } from "#kernel/currency.ts";
import { divideHalfAway, type Money } from "#kernel/money.ts";

// https://docs.stripe.com/currencies: Stripe counts these in whole units…
const ZERO_DECIMAL: ReadonlySet<Currency> = new Set(
  "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "),
);
// …these in thousandths, the last of which must be 0…
const THREE_DECIMAL: ReadonlySet<Currency> = new Set("BHD JOD KWD OMR TND".split(" "));
// …and all others in hundredths: also ISK and UGX, which have no hundredths, so theirs must be 00.

/**
 * An amount as Stripe's API counts it, or null when Stripe cannot charge it: it would lose a part
 * of an ariary, or be more than a number holds exactly.
 *
 * Stripe takes thousandths in tens only, so they are rounded to the nearest ten, halves away from
 * zero: an invoice of 5.124 KWD is charged as 5.120 and counts as paid. What would come to nothing is
 * ten of them, since nothing cannot be charged, and would be tried for ever.
 */
export function stripeAmount(money: Money): number | null {
  return counted(money, inTens);
}

/**
 * What is given back for an amount of a charge that was made for `paidMinor`, as Stripe's API counts it,
 * or null when Stripe cannot give it back. All of it is what was charged. A part is rounded down to the
 * ten: rounded like charges, two halves of 5.124 KWD would come to more than the 5.120 that were charged.
 */
export function stripeRefund(money: Money, paidMinor: bigint): number | null {
  if (money.amountMinor === paidMinor) return stripeAmount(money);
  const amount = counted(money, (thousandths) => thousandths - (thousandths % 10n));
  return amount === 0 ? null : amount;
}

function counted(
  { amountMinor, currency }: Money,
  rounded: (thousandths: bigint) => bigint,
): number | null {
  const scaled = rescaled(amountMinor, minorDigits(currency), stripeDigits(currency));
  if (scaled === null) return null;
  const amount = THREE_DECIMAL.has(currency) ? rounded(scaled) : scaled;
  return amount <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(amount) : null;
}

function inTens(thousandths: bigint): bigint {
  const tens = divideHalfAway(thousandths, 10n) * 10n;
  return tens === 0n && thousandths > 0n ? 10n : tens;
}

/** The same amount the other way: what Stripe says, in the currency's own minor units. */
export function minorAmount(amount: number, currency: Currency): bigint {
  const [fromDigits, toDigits] = [stripeDigits(currency), minorDigits(currency)];
  if (toDigits >= fromDigits) return BigInt(amount) * 10n ** BigInt(toDigits - fromDigits);
  return divideHalfAway(BigInt(amount), 10n ** BigInt(fromDigits - toDigits));
}

function stripeDigits(currency: Currency): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

function rescaled(amount: bigint, fromDigits: number, toDigits: number): bigint | null {
  if (toDigits >= fromDigits) return amount * 10n ** BigInt(toDigits - fromDigits);
  const step = 10n ** BigInt(fromDigits - toDigits);
  return amount % step === 0n ? amount / step : null;
}
