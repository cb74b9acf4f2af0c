import type { EpochMs } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import { formatNanos, type Nanos, storedNanos } from "#kernel/nanos.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { StartAnew } from "#platform/db/start-anew.ts";

/** What a meter of a subscription shows of the running period. */
export interface MeterUsage {
  /** The meter's name. */
  readonly meter: string;
  readonly quantity: Nanos;
  readonly eventCount: bigint;
}

/**
 * What subscriptions used in the period that runs (or was their last), by `ownedKey`. A meter without
 * events is not among it. One indexed read however many events there are, for every aggregation.
 */
export async function usageOf(
  tx: Tx,
  subscriptions: readonly Pick<Subscription, "customerId" | "id" | "period">[],
): Promise<ReadonlyMap<string, readonly MeterUsage[]>> {
  const periods = subscriptions.flatMap(({ customerId, id, period }) =>
    period === null ? [] : [{ customerId, id, startMs: period.startMs }],
  );
  if (periods.length === 0) return new Map();
  const rows = await tx.query<CounterRow & { event_count: bigint }>(
    `select counter.customer_id, counter.subscription_id, counter.metric, counter.period_start,
            counter.quantity, counter.event_count
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
            as asked (customer_id, subscription_id, period_start)
       join usage_counter as counter
         on counter.customer_id = asked.customer_id
        and counter.subscription_id = asked.subscription_id
        and counter.period_start = asked.period_start
      where counter.customer_id = any($1)
      order by counter.customer_id, counter.subscription_id, counter.metric`,
    columns(periods, ["customerId", "id", "startMs"]),
  );
  const usage = new Map<string, MeterUsage[]>();
  for (const row of rows) {
    const key = ownedKey({ customerId: row.customer_id, id: row.subscription_id });
    const meters = usage.get(key) ?? [];
    const { metric: meter, event_count: eventCount } = row;
    meters.push({ meter, quantity: storedNanos(row.quantity), eventCount });
    usage.set(key, meters);
  }
  return usage;
}

interface CounterRow {
  customer_id: bigint;
  subscription_id: bigint;
  /** The meter's name, which is mostly its metric's. */
  metric: string;
  period_start: EpochMs;
  quantity: string;
}

interface UnsettledRow extends CounterRow {
  billed_quantity: string;
  closings: number;
  is_unbilled: boolean;
}

const IS_UNBILLED = `(counter.quantity <> counter.billed_quantity
             or counter.event_count <> counter.billed_event_count)`;

/** A subscription whose counters are to be billed. */
export interface CounterOwner extends OwnedId {
  /** Whether several meters of its plan read the same events: they are billed together. */
  readonly hasSharedMetrics: boolean;
}

/**
 * The counters of subscriptions, of whatever period, that hold events no invoice has billed; where
 * meters share a metric also those that hold nothing new. They are kept from changing until the
 * transaction ends, and are locked in the order in which events are added to them.
 */
export async function lockUnbilledCounters(
  tx: Tx,
  subscriptions: readonly CounterOwner[],
): Promise<UsageCounter[]> {
  if (subscriptions.length === 0) return [];
  const rows = await tx.query<UnsettledRow>(
    `select counter.customer_id, counter.subscription_id, counter.metric, counter.period_start,
            counter.quantity, counter.billed_quantity, counter.closings,
            ${IS_UNBILLED} as is_unbilled
       from usage_counter as counter
       join unnest($1::bigint[], $2::bigint[], $3::boolean[])
            as asked (customer_id, id, has_shared_metrics)
         on counter.customer_id = asked.customer_id and counter.subscription_id = asked.id
      where counter.customer_id = any($1)
        and (${IS_UNBILLED} or asked.has_shared_metrics)
      order by counter.customer_id, counter.subscription_id, counter.metric, counter.period_start
        for update of counter`,
    columns(subscriptions, ["customerId", "id", "hasSharedMetrics"]),
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    meter: row.metric,
    periodStartMs: row.period_start,
    quantity: storedNanos(row.quantity),
    billedQuantity: storedNanos(row.billed_quantity),
    closings: row.closings,
    ...(row.is_unbilled ? {} : { isSettled: true }),
  }));
}

/**
 * Says of counters that all they hold stands on invoices now, and counts the closing. A counter that
 * does not exist yet (nothing was used, and that was billed) is made. Repeats the whole transaction
 * when one of them gained something meanwhile that its invoice does not know of.
 */
export async function markCountersBilled(tx: Tx, counters: readonly UsageCounter[]): Promise<void> {
  if (counters.length === 0) return;
  const billed = counters.map((counter) => ({
    ...counter,
    quantity: formatNanos(counter.quantity),
  }));
  const marked = await tx.query(
    `insert into usage_counter as counter
            (customer_id, subscription_id, metric, period_start, quantity, billed_quantity,
             event_count, closings, project_id)
     select made.*, made.quantity, 0, 1, $6::int
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::numeric[])
            as made (customer_id, subscription_id, metric, period_start, quantity)
      order by customer_id, subscription_id, metric, period_start
     on conflict (customer_id, subscription_id, metric, period_start) do update
        set billed_quantity = excluded.quantity, billed_event_count = counter.event_count,
            closings = counter.closings + 1
      where counter.quantity = excluded.quantity
     returning 1`,
    [
      ...columns(billed, ["customerId", "subscriptionId", "meter", "periodStartMs", "quantity"]),
      tx.projectId,
    ],
  );
  if (marked.length !== counters.length) {
    throw new StartAnew("A counter gained usage while its period was being billed.");
  }
}
