import type pg from "pg";
import { PROJECT_ID } from "./billing-run-seed.ts";

/**
 * Closes the due periods of up to `limit` subscriptions in one statement, without leaving the
 * database: the same rows as the engine writes (closes, counters, lines, chained transfers, payments,
 * numbers, invoices, outbox), for this one plan. Answers how many. The limit that the engine is
 * measured against; it bills nothing in production.
 */
export async function closeBySql(
  owner: pg.Pool,
  { nowIso, limit, firstId }: { nowIso: string; limit: number; firstId: bigint },
): Promise<number> {
  const { rowCount } = await owner.query({
    name: "close-by-sql",
    text: CLOSE,
    values: [nowIso, limit, firstId, PROJECT_ID],
  });
  return rowCount ?? 0;
}

const CLOSE = `
with claimed as materialized (
  select * from subscription
   where next_action_at <= $1::timestamptz and not on_test_clock and project_id = $4::int
   order by next_action_at limit $2 for update skip locked
), due as materialized (
  select *, $3::bigint + 8 * row_number() over (order by customer_id) as own_id,
         (anchor_at at time zone time_zone + (period_index + 2) * interval '1 month') at time zone time_zone as next_end
    from claimed
), closed as (
  insert into period_close (customer_id, subscription_id, period_start, kind, invoice_id, closed_at, project_id)
  select customer_id, id, current_period_start, 'renewal', own_id, $1, project_id from due
  on conflict do nothing
  returning customer_id, subscription_id
), renewed as (
  update subscription as kept
     set period_index = due.period_index + 1, current_period_start = due.current_period_end,
         current_period_end = due.next_end, next_action_at = due.next_end
    from due join closed on closed.customer_id = due.customer_id and closed.subscription_id = due.id
   where kept.customer_id = due.customer_id and kept.id = due.id
), billed as (
  update usage_counter as counter
     set billed_quantity = counter.quantity, billed_event_count = event_count, closings = closings + 1
    from due
   where counter.customer_id = due.customer_id and counter.subscription_id = due.id
     and counter.period_start = due.current_period_start and counter.quantity <> counter.billed_quantity
  returning counter.customer_id, counter.metric, counter.quantity
), priced as materialized (
  select due.customer_id, due.own_id, due.current_period_start, due.current_period_end, price.position,
         case when price.metric is null then 'flat' else 'usage' end as kind, price.price_id, price.metric,
         price.name, price.unit_price, coalesce(billed.quantity, 1) as quantity,
         round(coalesce(billed.quantity, 1) * price.unit_price, 2) as amount,
         case when price.metric is null
              then json_build_object('type', 'flat', 'amount', trim_scale(price.unit_price)::text,
                                      'share', json_build_object('part', '1', 'whole', '1'))
              else json_build_object('type', 'usage',
                     'model', json_build_object('type', price.model, 'included_quantity', '0',
                                                 'unit_price', trim_scale(price.unit_price)::text),
                     'used', trim_scale(billed.quantity)::text, 'closings', 0, 'billed_before', '0',
                     'amount_before_minor', '0')
         end as computation
    from due
    join price on price.project_id = due.project_id and price.plan_id = due.plan_id and price.version = due.plan_version
    left join billed on billed.customer_id = due.customer_id and billed.metric = price.metric
   where price.metric is null or billed.quantity is not null
), lines as (
  insert into invoice_line
         (customer_id, invoice_id, line_number, project_id, kind, price_id, metric, description,
          period_start, period_end, quantity, amount_minor, computation)
  select customer_id, own_id, position, $4, kind, price_id, metric, name, current_period_start,
         current_period_end, quantity, amount * 100, computation
    from priced
), totals as materialized (
  select customer_id, sum(amount) as total,
         sum(amount) filter (where kind = 'flat') as base,
         sum(amount) filter (where kind = 'usage') as usage,
         json_agg(json_build_object('line', position, 'kind', kind, 'price', 'price_' || price_id,
           'metric', metric, 'description', name, 'period_start', current_period_start,
           'period_end', current_period_end, 'quantity', trim_scale(quantity)::text,
           'unit_price', trim_scale(unit_price)::text, 'amount', amount::text) order by position) as lines
    from priced group by customer_id
), heads as materialized (
  select head.customer_id, head.sequence + 1 as sequence,
         sha256(head.hash || convert_to(concat_ws('|', head.customer_id, head.sequence + 1, 'JMD',
           'receivable', 'revenue', (totals.total * 100)::bigint, 'invoice', due.own_id, $1::text), 'UTF8')) as hash
    from ledger_head as head join due using (customer_id) join totals using (customer_id)
   order by head.customer_id for update of head
), transfers as (
  insert into ledger_transfer
         (customer_id, sequence, project_id, currency, debit_account, credit_account, amount_minor,
          source_type, source_id, occurred_at, hash)
  select customer_id, heads.sequence, $4, 'JMD', 'receivable', 'revenue', totals.total * 100, 'invoice',
         due.own_id, $1, heads.hash
    from heads join due using (customer_id) join totals using (customer_id)
), moved as (
  update ledger_head as kept set sequence = heads.sequence, hash = heads.hash
    from heads where kept.customer_id = heads.customer_id
), payments as (
  insert into payment
         (customer_id, id, project_id, invoice_id, subscription_id, status, currency, amount_minor, rail,
          attempt_count, next_attempt_at, on_test_clock, created_at)
  select customer_id, own_id + 1, $4, own_id, due.id, 'pending', 'JMD', totals.total * 100, 'stripe', 0,
         $1, false, $1
    from due join totals using (customer_id)
), counted as (
  update invoice_number set last_number = last_number + (select count(*) from due)
   where project_id = $4
  returning last_number - (select count(*) from due) as before
), numbered as materialized (
  select due.*, totals.total, totals.base, totals.usage, totals.lines, counted.before + row_number() over (order by due.customer_id) as number
    from due join totals using (customer_id), counted
), invoices as (
  insert into invoice
         (customer_id, id, project_id, subscription_id, number, status, reason, currency, period_start,
          period_end, total_minor, amount_paid_minor, issued_at, collection, due_at)
  select customer_id, own_id, $4, id, number, 'open', 'renewal', 'JMD', current_period_start,
         current_period_end, total * 100, 0, $1, 'charge', $1
    from numbered
), told as (
  select numbered.customer_id, own_id, json_build_object(
           'subscription', json_build_object('id', 'sub_' || numbered.id, 'customer', 'cus_' || numbered.customer_id,
             'plan', 'plan_' || plan_id, 'plan_version', plan_version, 'quantity', numbered.quantity::text,
             'billable_quantity', billable::text, 'licensed_quantity', billable::text, 'addons', '[]'::json,
             'pending_change', null, 'status', status, 'title', title,
             'reference_id', reference_id, 'metadata', numbered.metadata, 'time_zone', numbered.time_zone,
             'current_period_start', current_period_end, 'current_period_end', next_end,
             'cancel_at_period_end', cancel_at_period_end, 'canceled_at', canceled_at,
             'ended_at', ended_at, 'created_at', numbered.created_at, 'activated_at', activated_at,
             'starts_at', null, 'trial_end', trial_end_at, 'billing_anchor', anchor_at, 'terms_ahead', 0,
             'pause', null),
           'customer', json_build_object('id', 'cus_' || customer.customer_id, 'external_id', external_id,
             'email', email, 'name', name, 'time_zone', customer.time_zone, 'currency', currency,
             'metadata', customer.metadata, 'test_clock', null, 'created_at', customer.created_at),
           'plan', json_build_object('id', 'plan_' || plan_id, 'version', 1, 'name', 'Business', 'currency', 'JMD'),
           'invoice', json_build_object('id', 'inv_' || own_id, 'number', number::text, 'status', 'open',
             'reason', 'renewal', 'customer', 'cus_' || numbered.customer_id, 'subscription', 'sub_' || numbered.id,
             'currency', 'JMD', 'period_start', current_period_start, 'period_end', current_period_end,
             'base_amount', base::text, 'usage_amount', usage::text, 'total', total::text,
             'credit_applied', '0.00', 'amount_due', total::text, 'amount_credited', '0.00',
             'amount_remaining', total::text, 'amount_paid', '0.00',
             'issued_at', $1, 'collection', 'charge', 'due_at', $1, 'overdue_at', null,
             'paid_at', null, 'payment_url', null, 'lines', lines)) as data
    from numbered join customer using (customer_id)
)
insert into outbox (customer_id, id, project_id, type, data, occurred_at)
select customer_id, own_id + 2 + turn, $4, type, data, $1
  from told, (values (0, 'invoice.finalized'), (1, 'subscription.renewed')) as events (turn, type)
`;
