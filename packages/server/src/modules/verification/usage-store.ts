import type { EpochMs } from "#kernel/clock.ts";
import { storedNanos } from "#kernel/nanos.ts";
import type { CounterFact, UsageFact } from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

export interface KeyRow {
  customer_id: bigint;
  subscription_id: bigint;
  metric: string;
  period_start: EpochMs;
}

interface CounterRow extends KeyRow {
  quantity: string;
  event_count: bigint;
  billed_quantity: string;
  reported_at: EpochMs | null;
}

export async function listCounterFacts(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<CounterFact[]> {
  const rows = await tx.query<CounterRow>(
    `select customer_id, subscription_id, metric, period_start, quantity, event_count, billed_quantity,
            reported_at
       from usage_counter where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...meterKeyOf(row),
    quantity: storedNanos(row.quantity),
    eventCount: row.event_count,
    billedQuantity: storedNanos(row.billed_quantity),
    reportedMs: row.reported_at,
  }));
}

interface UsageRow extends KeyRow {
  closings: number;
  quantity: string;
  event_count: bigint;
  first_at: EpochMs;
  last_at: EpochMs;
}

/** The events themselves, added up where they lie: there may be millions of them. */
export async function listUsageFacts(tx: Tx, customerIds: readonly bigint[]): Promise<UsageFact[]> {
  const rows = await tx.query<UsageRow>(
    `select customer_id, subscription_id, metric, period_start, closings, sum(quantity) as quantity,
            count(*) as event_count, min(occurred_at) as first_at, max(occurred_at) as last_at
       from usage_event where customer_id = any($1)
      group by customer_id, subscription_id, metric, period_start, closings`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...meterKeyOf(row),
    closings: row.closings,
    quantity: storedNanos(row.quantity),
    eventCount: row.event_count,
    firstMs: row.first_at,
    lastMs: row.last_at,
  }));
}

export function meterKeyOf({ customer_id, subscription_id, metric, period_start }: KeyRow) {
  return {
    customerId: customer_id,
    subscriptionId: subscription_id,
    metric,
    periodStartMs: period_start,
  };
}
