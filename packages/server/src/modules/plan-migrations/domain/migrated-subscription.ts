import type { EpochMs, Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { ErrorCode } from "#kernel/error.ts";

/**
 * - `waiting`: still to be moved. `moved`: it holds the other version, or will from its period's end on.
 * - `skipped`: it cannot be moved as it is. `failed`: moving it ran into a defect.
 * - `returned`: it was moved, and is as before. `kept`: it was moved, and cannot be returned.
 */
export const rowStates = ["waiting", "moved", "skipped", "failed", "returned", "kept"] as const;

export type RowState = (typeof rowStates)[number];

/** What a move comes to, in minor units of one currency. */
export interface Impact {
  readonly currency: Currency;
  /** Flat prices of a period, of all that is held, before and after. */
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
  /** Given back at once, of what was paid in advance; zero or less. */
  readonly creditedMinor: bigint;
  /** Charged at once, for the rest of the running period. */
  readonly chargedMinor: bigint;
  /** Billed with it, of what ran and was used until then: it would be due at the period's end else. */
  readonly accruedMinor: bigint;
  /** Null where no usage is priced, or where the other version counts it in another way. */
  readonly usage: UsageImpact | null;
}

/** What was used in a period that is over, or in the running one so far, at both prices. */
export interface UsageImpact {
  readonly period: Period;
  readonly beforeMinor: bigint;
  readonly afterMinor: bigint;
}

/** One subscription of a migration. */
export interface MigratedSubscription {
  readonly customerId: bigint;
  readonly migrationId: bigint;
  readonly subscriptionId: bigint;
  /** The version that it leaves. */
  readonly fromVersion: number;
  readonly state: RowState;
  /** Why it is not moved, or is kept; while it waits, why it would be skipped. */
  readonly code: ErrorCode | "internal_error" | null;
  readonly details: Readonly<Record<string, unknown>> | null;
  /** While it waits, what was worked out beforehand; null where it cannot be moved. */
  readonly impact: Impact | null;
  readonly invoiceId: bigint | null;
  /** By the server's clock; null where nothing was worked out beforehand. */
  readonly assessedAtMs: EpochMs | null;
  /** In the customer's own time, as is since when the other version holds. */
  readonly movedAtMs: EpochMs | null;
  readonly effectiveAtMs: EpochMs | null;
}

/** What the moves of one currency come to together. */
export interface RowTotals extends Omit<Impact, "usage"> {
  readonly count: number;
  /** Of those whose usage can be compared. */
  readonly usageBeforeMinor: bigint;
  readonly usageAfterMinor: bigint;
}
