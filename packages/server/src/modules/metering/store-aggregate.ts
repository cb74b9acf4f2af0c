import type { EpochMs } from "#kernel/clock.ts";
import { type Nanos, storedNanos } from "#kernel/nanos.ts";
import type { Aggregation, Meter } from "#modules/metering/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** The events that fed a meter in a billing period and were counted after so many closings of it. */
export interface EventsKey {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly meter: Meter;
  readonly periodStartMs: EpochMs;
  /** 0 for what came in time. */
  readonly closings: number;
}

/**
 * What a meter shows of the events themselves, and their number; with `earlierToo` also of those that
 * earlier closings billed. Reads all of them: it proves a counter, it does not replace it.
 */
export async function aggregateEventsOf(
  tx: Tx,
  key: EventsKey,
  { earlierToo }: { readonly earlierToo: boolean },
): Promise<{ readonly quantity: Nanos; readonly eventCount: bigint }> {
  const { condition, values } = eventsOf(key);
  const { aggregation, property } = key.meter;
  const fed = `${condition} and closings ${earlierToo ? "<=" : "="} $5`;
  const [row] = await tx.query<{ quantity: string | null; event_count: bigint | null }>(
    aggregation === "unique_count"
      ? `select (count(*) filter (where quantity > 0))::numeric as quantity,
                sum(event_count)::bigint as event_count
           from (select sum(quantity) as quantity, count(*) as event_count
                   from usage_event where ${fed}
                  group by properties ->> $${values.length + 1}::text) as met`
      : `select ${AGGREGATES[aggregation]} as quantity, count(*) as event_count
           from usage_event where ${fed}`,
    aggregation === "unique_count" ? [...values, property] : values,
  );
  return { quantity: storedNanos(row?.quantity ?? "0"), eventCount: row?.event_count ?? 0n };
}

// The rules by which counters gain (`meteredGains`), told over all events at once.
const AGGREGATES: Readonly<Record<Exclude<Aggregation, "unique_count">, string>> = {
  sum: "sum(quantity)",
  count: "sum(sign(quantity))",
  max: "max(quantity)",
  latest: "(array_agg(quantity order by occurred_at desc, quantity desc))[1]",
};

/**
 * The condition for the events that fed a meter, with its values: `$1` to `$4` are the key, `$5` its
 * closings, and those after that are the meter's.
 */
export function eventsOf({
  customerId,
  subscriptionId,
  meter: { metric, aggregation, property, filters },
  periodStartMs,
  closings,
}: EventsKey): { readonly condition: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [customerId, subscriptionId, metric, periodStartMs, closings];
  const place = (value: unknown) => `$${values.push(value)}::text`;
  const conditions = [
    "customer_id = $1 and subscription_id = $2 and metric = $3",
    "period_start = to_timestamp($4::float8 / 1000)",
  ];
  if (aggregation === "max" || aggregation === "latest") conditions.push("quantity > 0");
  if (property !== null) conditions.push(`properties ->> ${place(property)} is not null`);
  for (const [name, texts] of Object.entries(filters)) {
    conditions.push(`properties ->> ${place(name)} = any($${values.push(texts)}::text[])`);
  }
  return { condition: conditions.join(" and "), values };
}
