import type { EpochMs } from "#kernel/clock.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { EventTally } from "#modules/rating/domain/index.ts";

/** What a subscription used of a metric in one billing period. */
export interface UsageCounter {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly metric: string;
  readonly periodStartMs: EpochMs;
  /** The sum of all its events. */
  readonly quantity: Nanos;
  /** How much of it stands on invoices. */
  readonly billedQuantity: Nanos;
  /** How often the period was billed. */
  readonly closings: number;
  /** What its events come to one by one; only where a price asks for it. */
  readonly tally?: PeriodTally;
}

/** The events of a metric in a period as a price with fees per event sees them. */
export interface PeriodTally {
  readonly all: EventTally;
  /** Those of earlier closings. */
  readonly billed: EventTally;
}

export const NO_EVENTS: EventTally = { count: 0n, fees: 0n };
