import {
  eventKey,
  type Feed,
  type PlannedEvent,
  plainFeed,
  type Receipt,
} from "#modules/metering/domain/index.ts";

/** Which partitions a reference is looked for in. A test clock knows no months: then in all of them. */
export type Search = "receipt-months" | "everywhere";

/** CTE `fresh`: the events that were new, which are stored by it. */
export function newEvents(
  { month, searched }: Receipt,
  search: Search,
  { returned }: Gains,
): string {
  // The months are written out: the planner then looks at the partitions they name and no others.
  const months = searched.filter((from) => from !== month.from);
  const where =
    search === "everywhere"
      ? ""
      : `and kept.received_month in (${months.map((from) => `date '${from}'`).join(", ")})`;
  return `fresh as (
      insert into usage_event
             (customer_id, subscription_id, reference_id, received_month, project_id, metric, quantity,
              occurred_at, received_at, period_start, closings, properties)
      select sent.customer_id, sent.subscription_id, sent.reference_id, date '${month.from}', $9::int,
             sent.metric, sent.quantity, to_timestamp(sent.occurred_ms / 1000),
             to_timestamp(sent.received_ms / 1000), to_timestamp(sent.period_ms / 1000), 0,
             sent.properties::jsonb
        from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::numeric[], $6::float8[],
                    $7::float8[], $8::float8[], $10::text[])
             as sent (customer_id, subscription_id, reference_id, metric, quantity, occurred_ms,
                      received_ms, period_ms, properties)
       where not exists (
               select from usage_event as kept
                where kept.customer_id = sent.customer_id
                  and kept.subscription_id = sent.subscription_id
                  and kept.reference_id = sent.reference_id ${where}
                -- One probe of the index a reference. Left free, the planner takes a month of some
                -- 100,000 events for small and reads all of it for each batch.
                offset 0)
      on conflict do nothing
      returning customer_id, subscription_id, reference_id, period_start, ${returned})`;
}

/** How what is new reaches the counters. */
export interface Gains {
  readonly name: string;
  /** What it needs to know of the new events, beside their keys and periods. */
  readonly returned: string;
  /** CTE `gained`: the counters that new events went to, after that. */
  readonly gained: string;
  /** For each new event, how often what it is counted in has been billed. */
  readonly closings: string;
}

/** For events that are added to the counters of their own metrics: nearly all there are. */
export const plainGains: Gains = {
  name: "plain",
  returned: "metric, quantity",
  gained: `gained as (
      insert into usage_counter as counter
             (customer_id, subscription_id, metric, period_start, project_id, quantity, event_count,
              billed_quantity, closings)
      select customer_id, subscription_id, metric, period_start, $9::int, sum(quantity), count(*), 0, 0
        from fresh
       group by customer_id, subscription_id, metric, period_start
       order by customer_id, subscription_id, metric, period_start
      on conflict (customer_id, subscription_id, metric, period_start) do update
         set quantity = counter.quantity + excluded.quantity,
             event_count = counter.event_count + excluded.event_count
      returning customer_id, subscription_id, metric, period_start, closings)`,
  closings: `select fresh.customer_id, fresh.subscription_id, fresh.reference_id, gained.closings
       from fresh
       join gained using (customer_id, subscription_id, metric, period_start)`,
};

/**
 * For batches of which some events feed other meters. `$11` says by event key what each adds to which
 * meters; looking that up costs the same however many there are. A value of a unique count knows by
 * its own row whether it began or ceased to count, so that no other is looked at.
 */
export const meteredGains: Gains = {
  name: "metered",
  returned: "occurred_at",
  gained: `fed as (
      select fresh.customer_id, fresh.subscription_id, fresh.reference_id, fresh.period_start,
             fresh.occurred_at, feed.meter, feed.aggregation, feed.amount, feed.value
        from fresh
       cross join jsonb_to_recordset($11::jsonb -> concat_ws(':', fresh.customer_id,
                                       fresh.subscription_id, fresh.reference_id))
             as feed (meter text, aggregation text, amount numeric, value text)),
    met as (
      insert into usage_value as kept
             (customer_id, subscription_id, meter, period_start, value, project_id, quantity, gained)
      select customer_id, subscription_id, meter, period_start, value, $9::int, sum(amount),
             sum(amount)
        from fed
       where aggregation = 'unique_count'
       group by customer_id, subscription_id, meter, period_start, value
       order by customer_id, subscription_id, meter, period_start, value
      on conflict (customer_id, subscription_id, meter, period_start, value) do update
         set quantity = kept.quantity + excluded.quantity, gained = excluded.gained
      returning customer_id, subscription_id, meter, period_start, quantity, gained),
    parts as (
      select customer_id, subscription_id, meter, period_start, aggregation,
             case aggregation
               when 'max' then max(amount)
               when 'latest' then (array_agg(amount order by occurred_at desc, amount desc))[1]
               when 'unique_count' then 0
               else sum(amount)
             end as quantity,
             count(*) as event_count,
             case aggregation when 'latest' then max(occurred_at) end as reported_at
        from fed
       group by customer_id, subscription_id, meter, period_start, aggregation
      union all
      select customer_id, subscription_id, meter, period_start, 'unique_count',
             sum((quantity > 0)::int - (quantity - gained > 0)::int), 0, null
        from met
       group by customer_id, subscription_id, meter, period_start),
    gained as (
      insert into usage_counter as counter
             (customer_id, subscription_id, metric, period_start, project_id, quantity, event_count,
              billed_quantity, closings, aggregation, reported_at)
      select customer_id, subscription_id, meter, period_start, $9::int, sum(quantity),
             sum(event_count), 0, 0, aggregation, max(reported_at)
        from parts
       group by customer_id, subscription_id, meter, period_start, aggregation
       order by customer_id, subscription_id, meter, period_start
      on conflict (customer_id, subscription_id, metric, period_start) do update
         set quantity = case excluded.aggregation
               when 'max' then greatest(counter.quantity, excluded.quantity)
               when 'latest' then case
                 when counter.reported_at > excluded.reported_at then counter.quantity
                 when counter.reported_at = excluded.reported_at
                   then greatest(counter.quantity, excluded.quantity)
                 else excluded.quantity end
               else counter.quantity + excluded.quantity end,
             event_count = counter.event_count + excluded.event_count,
             aggregation = excluded.aggregation,
             reported_at = greatest(counter.reported_at, excluded.reported_at)
      returning customer_id, subscription_id, metric, period_start, closings)`,
  closings: `select fresh.customer_id, fresh.subscription_id, fresh.reference_id,
            coalesce(max(gained.closings), 0) as closings
       from fresh
       left join fed using (customer_id, subscription_id, reference_id, period_start)
       left join gained
         on gained.customer_id = fed.customer_id and gained.subscription_id = fed.subscription_id
        and gained.metric = fed.meter and gained.period_start = fed.period_start
      group by fresh.customer_id, fresh.subscription_id, fresh.reference_id`,
};

/** What each event adds to which meters, by its key. */
export function feedsJson(events: readonly PlannedEvent[]): string {
  const feeds: Record<string, readonly Feed[]> = {};
  for (const event of events) {
    const { customerId, subscriptionId, referenceId } = event;
    feeds[eventKey(customerId, subscriptionId, referenceId)] = event.feeds ?? [plainFeed(event)];
  }
  return JSON.stringify(feeds);
}
