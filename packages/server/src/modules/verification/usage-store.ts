import type { EpochMs } from "#kernel/clock.ts";
import { storedNanos } from "#kernel/nanos.ts";
import type { CounterFact, UsageFact } from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

interface KeyRow {
  customer_id: bigint;
  subscription_id: bigint;
  metric: string;
  period_start: EpochMs;
}

interface CounterRow extends KeyRow {
  quantity: string;
  event_count: bigint;
  billed_quantity: string;
  is_measured_otherwise: boolean;
}

/** A price that adds up all events of a metric under the metric's own name. */
const PLAIN_PRICE = `select from subscription
       join price on price.project_id = subscription.project_id
                 and price.plan_id = subscription.plan_id
                 and price.version = subscription.plan_version
      where subscription.customer_id = counted.customer_id
        and subscription.id = counted.subscription_id and price.metric = counted.metric
        and coalesce(price.meter, price.metric) = price.metric
        and price.aggregation = 'sum' and price.filters is null`;

export async function listCounterFacts(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<CounterFact[]> {
  const rows = await tx.query<CounterRow>(
    `select customer_id, subscription_id, metric, period_start, quantity, event_count, billed_quantity,
            not exists (${PLAIN_PRICE}) as is_measured_otherwise
       from usage_counter as counted where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...meterKeyOf(row),
    quantity: storedNanos(row.quantity),
    eventCount: row.event_count,
    billedQuantity: storedNanos(row.billed_quantity),
    ...(row.is_measured_otherwise ? { isMeasuredOtherwise: true } : {}),
  }));
}

interface UsageRow extends KeyRow {
  closings: number;
  quantity: string;
  event_count: bigint;
  first_at: EpochMs;
  last_at: EpochMs;
}

/**
 * The events themselves, added up where they lie: there may be millions of them. Those that only feed
 * meters of another kind are left out.
 */
export async function listUsageFacts(tx: Tx, customerIds: readonly bigint[]): Promise<UsageFact[]> {
  const rows = await tx.query<UsageRow>(
    `select customer_id, subscription_id, metric, period_start, closings, sum(quantity) as quantity,
            count(*) as event_count, min(occurred_at) as first_at, max(occurred_at) as last_at
       from usage_event as counted where customer_id = any($1) and exists (${PLAIN_PRICE})
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

function meterKeyOf({ customer_id, subscription_id, metric, period_start }: KeyRow) {
  return {
    customerId: customer_id,
    subscriptionId: subscription_id,
    metric,
    periodStartMs: period_start,
  };
}
