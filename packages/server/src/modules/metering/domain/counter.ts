import type { EpochMs } from "#kernel/clock.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { EventTally } from "#modules/rating/domain/index.ts";

/** What a meter of a subscription shows of one billing period. */
export interface UsageCounter {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  /** The meter's name. */
  readonly meter: string;
  readonly periodStartMs: EpochMs;
  /** The aggregate of all its events. */
  readonly quantity: Nanos;
  /** How much of it stands on invoices. */
  readonly billedQuantity: Nanos;
  /** How often the period was billed. */
  readonly closings: number;
  /** Holds nothing that no invoice has billed: it is known for the sake of its siblings. */
  readonly isSettled?: boolean;
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
