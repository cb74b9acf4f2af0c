import type { EpochMs } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import { storedNanos } from "#kernel/nanos.ts";
import type { Aggregation } from "#modules/metering/domain/index.ts";
import {
  type MeteredFact,
  type UsageFact,
  type WrongValueFact,
} from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { type KeyRow, meterKeyOf } from "./usage-store.ts";

/*
 * What meters have to show, told over all events at once and in words of its own: it is to find out
 * whether what adds them up one batch after the other is right.
 */

type Ids = readonly bigint[];

// What was sold when: the plans and add-ons of now, and those of before a change. The first of them count
// the trial before them, too.
const SOLD = `
  select customer_id, id as subscription_id, project_id, plan_id, plan_version, add_ons,
         terms_since as since, null::timestamptz as until
    from subscription where customer_id = any($1)
   union all
  select customer_id, subscription_id, project_id, plan_id, plan_version, add_ons,
         nullif(since, min(since) over (partition by customer_id, subscription_id)), changed_at
    from subscription_change where customer_id = any($1) and is_cut`;

const METERS = `
  select sold.customer_id, sold.subscription_id, sold.since, sold.until,
         coalesce(price.meter, price.metric) as name, price.metric, price.aggregation,
         price.property, coalesce(price.filters, '{}') as filters
    from (${SOLD}) as sold
   cross join lateral (
           select sold.plan_id, sold.plan_version
            union all
           select (item->>'plan')::bigint, (item->>'version')::int
             from jsonb_array_elements(coalesce(sold.add_ons, '[]')) as item) as held
    join price on price.project_id = sold.project_id
     and price.plan_id = held.plan_id and price.version = held.plan_version
   where price.metric is not null`;

const FED = `
  meter as (${METERS}),
  fed as (
    select event.customer_id, event.subscription_id, meter.name as metric, event.period_start,
           event.closings, meter.aggregation, event.quantity, event.occurred_at,
           event.properties ->> meter.property as value
      from meter
      join usage_event as event
        on event.customer_id = meter.customer_id
       and event.subscription_id = meter.subscription_id and event.metric = meter.metric
       and (meter.since is null or meter.since <= event.period_start)
       and (meter.until is null or event.period_start < meter.until)
     where event.customer_id = any($1)
       and (meter.aggregation <> 'sum' or meter.filters <> '{}')
       and (meter.aggregation not in ('max', 'latest') or event.quantity > 0)
       and (meter.property is null or event.properties ->> meter.property is not null)
       and not exists (
             select from jsonb_each(meter.filters) as filter
              where (filter.value ? (event.properties ->> filter.key)) is not true))`;

const KEY = "customer_id, subscription_id, metric, period_start";

/** A meter that was sold, and when. */
export interface MeterRow {
  customer_id: bigint;
  subscription_id: bigint;
  name: string;
  metric: string;
  aggregation: Aggregation;
  /** Of periods that began from then on, and before then. */
  since: EpochMs | null;
  until: EpochMs | null;
  /** Whether it adds up all the events of its metric. */
  is_whole: boolean;
}

export function listMeters(tx: Tx, customerIds: Ids): Promise<MeterRow[]> {
  return tx.query<MeterRow>(
    `select customer_id, subscription_id, name, metric, aggregation, since, until,
            aggregation = 'sum' and filters = '{}' as is_whole
       from (${METERS}) as meter`,
    [customerIds],
  );
}

/** What each meter is fed, from the sums by metric where those are all that it takes. */
export async function listMeteredFacts(
  tx: Tx,
  customerIds: Ids,
  meters: readonly MeterRow[],
  usage: readonly UsageFact[],
): Promise<MeteredFact[]> {
  const fedHere = meters.every((meter) => meter.is_whole)
    ? []
    : await listFedFacts(tx, customerIds);
  const metersOf = groupBy(meters, ({ customer_id, subscription_id, metric }) =>
    metricKey(customer_id, subscription_id, metric),
  );
  const whole = usage.flatMap((events) => {
    const key = metricKey(events.customerId, events.subscriptionId, events.metric);
    return wholeFacts(events, metersOf.get(key));
  });
  return [...whole, ...fedHere];
}

function metricKey(customerId: bigint, subscriptionId: bigint, metric: string): string {
  return `${customerId}:${subscriptionId}:${metric}`;
}

function isSoldAt({ since, until }: MeterRow, instantMs: EpochMs): boolean {
  return (
    (since ?? Number.NEGATIVE_INFINITY) <= instantMs &&
    instantMs < (until ?? Number.POSITIVE_INFINITY)
  );
}

/** A metric without any meter is counted under its own name, so that it is missed in a counter. */
function wholeFacts(events: UsageFact, meters: readonly MeterRow[] | undefined): MeteredFact[] {
  const own = meters?.filter((meter) => isSoldAt(meter, events.periodStartMs)) ?? [];
  const names =
    own.length === 0
      ? [events.metric]
      : own.filter((meter) => meter.is_whole).map((meter) => meter.name);
  const { customerId, subscriptionId, periodStartMs, closings, quantity, eventCount } = events;
  const counted = { closings, quantity, eventCount, aggregation: "sum", reportedMs: null } as const;
  return names.map((metric) => ({ customerId, subscriptionId, metric, periodStartMs, ...counted }));
}

interface FedRow extends KeyRow {
  closings: number;
  aggregation: Aggregation;
  quantity: string;
  event_count: bigint;
  reported_at: EpochMs | null;
}

/** A value counts from the closing on in which its sum rises above nothing; what that changes adds up. */
async function listFedFacts(tx: Tx, customerIds: Ids): Promise<MeteredFact[]> {
  const rows = await tx.query<FedRow>(
    `with ${FED},
     value_sum as (
       select ${KEY}, closings, value, count(*) as event_count, sum(quantity) as gained,
              sum(sum(quantity)) over (partition by ${KEY}, value order by closings) as total
         from fed where aggregation = 'unique_count'
        group by ${KEY}, closings, value)
     select ${KEY}, closings, aggregation, count(*) as event_count, null::timestamptz as reported_at,
            case aggregation when 'max' then max(quantity) when 'count' then sum(sign(quantity))
                             else sum(quantity) end as quantity
       from fed where aggregation in ('sum', 'count', 'max')
      group by ${KEY}, closings, aggregation
     union all
     (select distinct on (${KEY}, closings) ${KEY}, closings, aggregation,
             count(*) over (partition by ${KEY}, closings), occurred_at, quantity
        from fed where aggregation = 'latest'
       order by ${KEY}, closings, occurred_at desc, quantity desc)
     union all
     select ${KEY}, closings, 'unique_count', sum(event_count)::bigint, null,
            sum((total > 0)::int - (total - gained > 0)::int)::numeric
       from value_sum group by ${KEY}, closings`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...meterKeyOf(row),
    closings: row.closings,
    aggregation: row.aggregation,
    quantity: storedNanos(row.quantity),
    eventCount: row.event_count,
    reportedMs: row.reported_at,
  }));
}

interface ValueRow extends KeyRow {
  value: string;
  kept: string | null;
  counted: string | null;
}

const WRONG_VALUES_MAX = 1000;

/** The values of unique counts that are not kept as their events add them up. */
export async function listWrongValues(
  tx: Tx,
  customerIds: Ids,
  meters: readonly MeterRow[],
): Promise<WrongValueFact[]> {
  // Where nothing counts values none are to be kept, and events need not be looked through for them.
  const counts = meters.some(({ aggregation }) => aggregation === "unique_count");
  const rows = await tx.query<ValueRow>(
    counts ? WRONG_VALUES : `${KEPT_VALUES} limit ${WRONG_VALUES_MAX}`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...meterKeyOf(row),
    value: row.value,
    kept: row.kept === null ? null : storedNanos(row.kept),
    counted: row.counted === null ? null : storedNanos(row.counted),
  }));
}

const KEPT_VALUES = `
  select customer_id, subscription_id, meter as metric, period_start, value, quantity as kept,
         null::numeric as counted
    from usage_value where customer_id = any($1)`;

const WRONG_VALUES = `
  with ${FED},
  counted as (
    select ${KEY}, value, sum(quantity) as quantity
      from fed where aggregation = 'unique_count' group by ${KEY}, value),
  kept as (${KEPT_VALUES})
  select ${KEY}, value, kept.kept, counted.quantity as counted
    from counted full join kept using (${KEY}, value)
   where counted.quantity is distinct from kept.kept
   limit ${WRONG_VALUES_MAX}`;
