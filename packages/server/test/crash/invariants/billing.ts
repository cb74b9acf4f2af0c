import { given, type Invariant } from "./invariant.ts";

export const billingInvariants: readonly Invariant[] = [
  {
    name: "invoice numbers have no gap and no double",
    when: "always",
    breaches: `with numbered as (
        select project_id, number, row_number() over (partition by project_id order by number) as place
          from invoice)
      select project_id, number, place from numbered where number <> place
      union all
      select project_id, last_number, (select count(*) from invoice where project_id = taken.project_id)
        from invoice_number as taken
       where last_number <> (select count(*) from invoice where project_id = taken.project_id)`,
  },
  {
    name: "a period is billed once for each reason but a change",
    when: "always",
    breaches: `select subscription_id, period_start, reason, count(*) from invoice
       where reason not in ('change', 'one_off')
       group by 1, 2, 3 having count(*) > 1`,
  },
  {
    name: "an invoice and the close that made it have each other, and nobody else",
    when: "always",
    breaches: `with of_change as (
        select customer_id, invoice_id from subscription_change where invoice_id is not null
        union all
        select customer_id, (awaited_change ->> 'invoice')::bigint from subscription
         where awaited_change is not null)
      select invoice.id as invoice, closed.invoice_id as of_close, count(*)
        from (select * from invoice where reason <> 'one_off') as invoice
        full join (select * from period_close where invoice_id is not null) as closed
          on closed.customer_id = invoice.customer_id and closed.invoice_id = invoice.id
         and closed.subscription_id = invoice.subscription_id and closed.kind = invoice.reason
       -- A change is charged without a close where it is paid first or cuts no period.
       where not (closed.invoice_id is null and invoice.reason = 'change'
                  and (invoice.status = 'void' or (invoice.customer_id, invoice.id) in (
                         select customer_id, invoice_id from of_change)))
       group by 1, 2
      having count(*) > 1 or invoice.id is null or closed.invoice_id is null`,
  },
  {
    name: "periods that no change cuts are closed one after the other, up to the one that runs",
    when: "always",
    breaches: `with closed as (
        select subscription.*, renewal.period_start,
               row_number() over (partition by renewal.customer_id, renewal.subscription_id
                                      order by renewal.period_start) - 1 as place,
               count(*) over (partition by renewal.customer_id, renewal.subscription_id) as count
          from subscription
          join period_close as renewal on renewal.customer_id = subscription.customer_id
           and renewal.subscription_id = subscription.id and renewal.kind = 'renewal'
         where not exists (
           select from subscription_change as change
            where change.customer_id = subscription.customer_id
              and change.subscription_id = subscription.id))
      select id, status, period_start, place, count, period_index from closed
       where period_start <> anchor_at + place * ('1 ' || interval_unit)::interval
          or count <> period_index + case status when 'canceled' then 1 else 0 end`,
  },
  {
    name: "an invoice is the sum of its lines, one of them its base fee",
    when: "always",
    breaches: `select invoice.id, reason, total_minor, sum(amount_minor) as lines,
             count(*) filter (where kind = 'flat') as base_fees
        from invoice
        left join invoice_line as line
          on line.customer_id = invoice.customer_id and line.invoice_id = invoice.id
       group by invoice.customer_id, invoice.id
      having total_minor is distinct from sum(amount_minor)
          or count(*) filter (where kind = 'flat') > 1`,
  },
  {
    name: "nothing is left that time asks for",
    when: "settled",
    breaches: `select 'subscription' as what, id, next_action_at as due
        from subscription join customer using (customer_id)
       where next_action_at <= coalesce(test_clock_at, now())
      union all
      select 'payment', id, next_attempt_at
        from payment join customer using (customer_id)
       where next_attempt_at <= coalesce(test_clock_at, now())
      union all
      select 'refund', id, next_attempt_at from refund where next_attempt_at is not null
      union all
      select 'notice about ' || about, null, next_attempt_at from rail_event
       where next_attempt_at is not null`,
  },
  {
    name: "what was sold under one key was sold once",
    when: "settled",
    given: "accounts",
    breaches: `with ${given.accounts}, made as (
        select customer.metadata ->> 'key' as key, count(distinct customer_id) as customers,
               count(subscription.id) as subscriptions, max(subscription.id) as subscription,
               (select count(*) from payment_method
                 where customer_id = min(customer.customer_id)) as cards
          from customer left join subscription using (customer_id) group by 1)
      select key, given.subscription as acknowledged, given.cards as cards_given, made.*
        from given full join made using (key)
       where (customers, subscriptions, made.cards) is distinct from (1, 1, given.cards)
          or made.subscription is distinct from given.subscription`,
  },
  {
    name: "what was changed is held, what was taken back and charged once is there once",
    when: "settled",
    given: "accounts",
    breaches: `with ${given.accounts}
      select given.*, held.plan_id, held.quantity, made.* from given
        join subscription as held on held.id = given.subscription
        cross join lateral (
          select (select count(*) from credit_note where customer_id = held.customer_id) as notes,
                 (select count(*) from invoice
                   where customer_id = held.customer_id and reason = 'one_off') as one_offs) as made
       where (held.plan_id, held.quantity, held.awaited_change, made.notes, made.one_offs)
             is distinct from (given.plan, given.quantity, null::jsonb, given.notes, given.one_offs)`,
  },
  {
    name: "a subscription runs as long as it is paid for",
    when: "settled",
    given: "accounts",
    breaches: `with ${given.accounts}
      select key, stored.id, stored.status from given
        join subscription as stored on stored.id = given.subscription
       where given.stays and stored.status <> 'active'`,
  },
];
