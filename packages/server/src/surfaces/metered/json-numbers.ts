import { BillingError } from "#kernel/error.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatNanos, type Nanos, parseNanos } from "#kernel/nanos.ts";

const SIGNIFICANT_DIGITS_MAX = 15;

/**
 * Reads a JSON number by its shortest decimal form. More than 15 significant digits are refused: a
 * JSON number cannot hold them for certain, so what arrived may not be what was sent.
 */
export function nanosFromNumber(value: number, path: string): Nanos {
  const nanos = Number.isFinite(value) ? parseNanos(plainDecimal(value)) : null;
  if (nanos === null || significantDigits(value) > SIGNIFICANT_DIGITS_MAX) {
    throw new BillingError("body_invalid", {
      errors: [{ path, message: "a number has up to 15 significant digits and 9 decimals" }],
    });
  }
  return nanos;
}

export function numberFromNanos(nanos: Nanos): number {
  return Number(formatNanos(nanos));
}

/** `1169900n` JMD is `11699`. */
export function numberFromMinor(amountMinor: bigint, currency: string): number {
  return Number(formatMinor(amountMinor, currency));
}

function significantDigits(value: number): number {
  const [mantissa = ""] = value.toString().split("e");
  return mantissa.replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "").length;
}

/** The shortest form without an exponent: `1e-7` is `0.0000001`. */
function plainDecimal(value: number): string {
  const text = value.toString();
  if (!text.includes("e")) return text;
  return value.toLocaleString("en-US", {
    useGrouping: false,
    maximumFractionDigits: 20,
    maximumSignificantDigits: 17,
  });
}
