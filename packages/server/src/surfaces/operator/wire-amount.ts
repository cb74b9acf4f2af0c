import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { nanosToMinorExactly } from "#kernel/money.ts";
import { nanos } from "./wire-nanos.ts";

/** Reads an amount above zero that its schema has let through. Refuses others with `amount_invalid`. */
export function amountMinorFrom(text: string, currency: Currency): bigint {
  const minor = nanosToMinorExactly(nanos(text), currency);
  if (minor === null || minor <= 0n)
    throw new BillingError("amount_invalid", { amount: text, currency });
  return minor;
}
