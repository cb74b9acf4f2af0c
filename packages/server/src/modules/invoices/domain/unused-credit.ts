import { type Currency } from "#kernel/currency.ts";
import { roundToMinor } from "#kernel/money.ts";
import { NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import type { Share } from "#kernel/proration.ts";

export interface Unused {
  /** What the whole period costs. */
  readonly amount: Nanos;
  /** The share of the period that is not used. */
  readonly unused: Share;
  /** What was charged for the period and is paid, less what was given back of it already. */
  readonly keptMinor: bigint;
}

/** What is given back for the unused part of a period that was billed in advance: never more than was kept. */
export function creditForUnused({ amount, unused, keptMinor }: Unused, currency: Currency): bigint {
  const unusedMinor = roundToMinor(amount * NANOS_PER_UNIT, currency, unused);
  return unusedMinor < keptMinor ? unusedMinor : keptMinor;
}
