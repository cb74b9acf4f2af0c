import type { EpochMs } from "#kernel/clock.ts";
import type { RailName } from "#modules/payments/domain/index.ts";
import type { Difference } from "./difference.ts";

/** One comparison of a range, by the wall clock: `fromMs` is in it, `toMs` is not. */
export interface Reconciliation {
  readonly id: bigint;
  readonly rail: RailName;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly chargeCount: number;
  readonly refundCount: number;
  /** Charges at the same provider that somebody else made. */
  readonly foreignCount: number;
  readonly differenceCount: number;
  readonly createdAtMs: EpochMs;
}

export interface ReconciliationResult extends Reconciliation {
  /** In the order in which they were found; the first thousand. */
  readonly differences: readonly Difference[];
}

export const DIFFERENCES_KEPT_MAX = 1000;
