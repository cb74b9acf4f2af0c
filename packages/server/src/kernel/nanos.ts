import { assert, present } from "./assert.ts";

/**
 * Exact decimals with nine digits behind the point, held as a bigint of billionths: `1_500_000_000n`
 * is 1.5. Unit prices and metered quantities are nanos. The product of two nanos is an *atto*
 * (10⁻¹⁸), still exact; `roundToMinor` in `money.ts` is the one place where digits are dropped.
 */
export type Nanos = bigint;

/** Billionths of a billionth: what a quantity times a unit price gives. */
export type Attos = bigint;

export const NANOS_PER_UNIT = 1_000_000_000n;
export const ATTOS_PER_UNIT = NANOS_PER_UNIT * NANOS_PER_UNIT;

const FRACTION_DIGITS = 9;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Reads a plain decimal (`"12"`, `"-0.05"`). Answers null when the text is no plain decimal or has
 * more than nine digits behind the point, since keeping fewer would change the value.
 */
export function parseNanos(text: string): Nanos | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = "", fraction = ""] = match;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > FRACTION_DIGITS) return null;
  const magnitude = BigInt(whole + kept.padEnd(FRACTION_DIGITS, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

/** Reads a decimal that we wrote ourselves: PostgreSQL's numeric, a stored computation. */
export function storedNanos(text: string): Nanos {
  return present(parseNanos(text), "a stored figure is a decimal with at most nine digits");
}

/** Reads an exact product that PostgreSQL computed: a decimal with at most eighteen digits behind the point. */
export function storedAttos(text: string): Attos {
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = fraction.replace(/0+$/, "");
  assert(kept.length <= 2 * FRACTION_DIGITS, "a product of two nanos has eighteen digits at most");
  return BigInt(whole + kept.padEnd(2 * FRACTION_DIGITS, "0"));
}

/** The shortest plain decimal of the same value: `1_500_000_000n` is `"1.5"`. */
export function formatNanos(nanos: Nanos): string {
  return formatScaled(nanos, FRACTION_DIGITS);
}

/** The shortest plain decimal of an exact product of two nanos. */
export function formatAttos(attos: Attos): string {
  return formatScaled(attos, 2 * FRACTION_DIGITS);
}

export function unitsToNanos(units: bigint): Nanos {
  return units * NANOS_PER_UNIT;
}

function formatScaled(scaled: bigint, fractionDigits: number): string {
  const sign = scaled < 0n ? "-" : "";
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(fractionDigits + 1, "0");
  const whole = digits.slice(0, -fractionDigits);
  const fraction = digits.slice(-fractionDigits).replace(/0+$/, "");
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}
