import type { Currency } from "#kernel/currency.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { Share } from "#kernel/proration.ts";
import { flatMinor } from "./line.ts";

export interface Unused {
  /** What the whole period costs. */
  readonly amount: Nanos;
  /** The share of the period that is not used. */
  readonly unused: Share;
  /** What was charged for the period and is paid, less what was given back of it already. */
  readonly keptMinor: bigint;
  /** How many were charged; one, when absent. */
  readonly quantity?: bigint;
}

/** What is given back for the unused part of a period that was billed in advance: never more than was kept. */
export function creditForUnused(
  { amount, unused, keptMinor, quantity = 1n }: Unused,
  currency: Currency,
): bigint {
  return creditMinor(flatMinor({ amount, quantity, share: unused }, currency), keptMinor);
}

export function creditMinor(unusedMinor: bigint, keptMinor: bigint): bigint {
  return unusedMinor < keptMinor ? unusedMinor : keptMinor;
}
