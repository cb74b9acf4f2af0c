import type { EpochMs } from "#kernel/clock.ts";
import type { Nanos } from "#kernel/nanos.ts";

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
}
