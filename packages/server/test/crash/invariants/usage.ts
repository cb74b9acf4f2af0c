import { given, type Invariant } from "./invariant.ts";

// The counters that add up all events of their metric: here every metric has one, under its own name.
// `farthing verify` looks at the other meters.
const PLAIN = "metric in (select price.metric from price)";

export const usageInvariants: readonly Invariant[] = [
  {
    name: "an acknowledged event is stored, as it was sent, and none is stored twice",
    when: "always",
    given: "events",
    breaches: `with ${given.events}, stored as (
        select *, count(*) over (partition by reference_id) as copies from usage_event)
      select coalesce(given.reference, stored.reference_id) as reference, given.acknowledged,
             stored.copies, stored.subscription_id, stored.metric, stored.quantity
        from given full join stored on stored.reference_id = given.reference
       where given.reference is null
          or (stored.reference_id is null and given.acknowledged)
          or stored.copies > 1
          or (stored.subscription_id, stored.metric, stored.quantity)
             <> (given.subscription, given.metric, given.quantity)
          or (stored.reference_id is not null
              and stored.properties is distinct from nullif(given.properties, 'null'))`,
  },
  {
    name: "what was sent is counted once, over all periods",
    when: "settled",
    given: "events",
    breaches: `with ${given.events}, sent as (
        select subscription as subscription_id, metric, sum(quantity) as quantity, count(*) as count
          from given group by 1, 2),
      counted as (
        select subscription_id, metric, sum(quantity) as quantity, sum(event_count) as count
          from usage_counter where ${PLAIN} group by 1, 2)
      select subscription_id, metric, sent.quantity as sent, counted.quantity as counted,
             sent.count as events_sent, counted.count as events_counted
        from sent full join counted using (subscription_id, metric)
       where coalesce(sent.quantity, 0) is distinct from coalesce(counted.quantity, 0)
          or coalesce(sent.count, 0) is distinct from coalesce(counted.count, 0)`,
  },
  {
    name: "a counter is the sum of its events",
    when: "always",
    breaches: `with counted as (
        select customer_id, subscription_id, metric, period_start, sum(quantity) as quantity,
               count(*) as event_count
          from usage_event group by 1, 2, 3, 4)
      select subscription_id, metric, period_start, counter.quantity, counted.quantity as of_events,
             counter.event_count, counted.event_count as events
        from (select * from usage_counter where ${PLAIN}) as counter
        full join counted using (customer_id, subscription_id, metric, period_start)
       where coalesce(counter.quantity, 0) <> coalesce(counted.quantity, 0)
          or coalesce(counter.event_count, 0) <> coalesce(counted.event_count, 0)`,
  },
  {
    name: "what a counter counts as billed stands on invoice lines",
    when: "always",
    breaches: `with billed as (
        select invoice.customer_id, invoice.subscription_id, line.metric, line.period_start,
               sum(line.quantity) as quantity
          from invoice_line as line
          join invoice on invoice.customer_id = line.customer_id and invoice.id = line.invoice_id
         where line.metric is not null group by 1, 2, 3, 4)
      select subscription_id, metric, period_start, counter.billed_quantity, billed.quantity as lines
        from usage_counter as counter
        full join billed using (customer_id, subscription_id, metric, period_start)
       where coalesce(counter.billed_quantity, 0) <> coalesce(billed.quantity, 0)`,
  },
  {
    name: "a unit price is charged for exactly what was billed, rounded once over all lines",
    when: "always",
    breaches: `select invoice.subscription_id, line.metric, line.period_start,
             sum(line.amount_minor) as billed, round(sum(line.quantity) * price.unit_price * 100) as due
        from invoice_line as line
        join invoice on invoice.customer_id = line.customer_id and invoice.id = line.invoice_id
        join price on price.project_id = line.project_id and price.price_id = line.price_id
       where price.model = 'per_unit' and line.metric is not null
       group by invoice.subscription_id, line.metric, line.period_start, price.unit_price
      having sum(line.amount_minor) <> round(sum(line.quantity) * price.unit_price * 100)`,
  },
  {
    name: "usage of a period that is over is billed to the last event",
    when: "settled",
    breaches: `select subscription.id, metric, counter.period_start, counter.quantity, billed_quantity
        from usage_counter as counter
        join subscription on subscription.customer_id = counter.customer_id
                         and subscription.id = counter.subscription_id
        join customer on customer.customer_id = counter.customer_id
       -- What comes late of a part that a change cut off waits for the end of its month, by the wall clock.
       where counter.period_start < current_period_start and customer.test_clock_at is not null
         and counter.quantity <> billed_quantity`,
  },
];
