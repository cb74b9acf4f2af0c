import type { Invariant } from "./invariant.ts";

/** Both ends of each transfer: what comes in is above zero. */
const POSTED = `
  select customer_id, source_type, source_id, debit_account as account, amount_minor as minor
    from ledger_transfer
  union all
  select customer_id, source_type, source_id, credit_account, -amount_minor from ledger_transfer`;

/** The ledger and the event log: what tells afterwards what happened. */
export const bookInvariants: readonly Invariant[] = [
  {
    name: "each transfer is chained to the one before it by its hash",
    when: "always",
    breaches: `with linked as (
        select *, row_number() over chain as place,
               coalesce(lag(hash) over chain, decode(repeat('00', 32), 'hex')) as previous
          from ledger_transfer window chain as (partition by customer_id order by sequence))
      select customer_id, sequence, place from linked
       where sequence <> place
          or hash <> sha256(previous || convert_to(concat_ws('|',
               customer_id, sequence, currency, debit_account, credit_account, amount_minor,
               source_type, source_id,
               to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), 'UTF8'))`,
  },
  {
    name: "a chain ends where its head says",
    when: "always",
    breaches: `select head.customer_id, head.sequence, last.sequence as last from ledger_head as head
        full join (select distinct on (customer_id) * from ledger_transfer
                    order by customer_id, sequence desc) as last using (customer_id)
       where (head.sequence, head.hash) is distinct from (last.sequence, last.hash)`,
  },
  {
    name: "each invoice, payment and credit note is in the books, by where it went",
    when: "always",
    breaches: `with due as (
        select 'invoice' as source_type, id as source_id, 'revenue' as account,
               case status when 'void' then -credited_minor else -total_minor end as minor
          from invoice
        union all
        select 'invoice', id, 'customer_credit',
               case status when 'void' then 0 else credit_applied_minor end from invoice
        union all
        select 'payment', id, 'receivable', surplus_minor - amount_minor from payment
         where status = 'succeeded' and invoice_id is not null
        union all
        select 'payment', id, 'customer_credit', -surplus_minor from payment
         where status = 'succeeded' and invoice_id is not null
        union all
        select 'credit_note', id, 'receivable', -due_minor from credit_note
        union all
        select 'credit_note', id, 'customer_credit', -balance_minor from credit_note
        union all
        select 'credit_note', id, 'refunds', -refund_minor from credit_note),
      booked as (
        select source_type, source_id, account, sum(minor) as minor
          from (${POSTED}) as posted
         where (source_type, account) in (select distinct source_type, account from due)
         group by 1, 2, 3)
      select source_type, source_id, account, due.minor as due, booked.minor as booked
        from due full join booked using (source_type, source_id, account)
       where coalesce(due.minor, 0) <> coalesce(booked.minor, 0)`,
  },
  {
    name: "nothing is in the books twice",
    when: "always",
    breaches: `select source_type, source_id, debit_account, credit_account, count(*)
        from ledger_transfer where source_type in ('invoice', 'payment', 'credit_note')
       group by 1, 2, 3, 4 having count(*) > 1`,
  },
  {
    name: "a customer's credit is what was put there and not taken yet, never below zero",
    when: "always",
    breaches: `with held as (
        select customer_id, -sum(minor) as minor from (${POSTED}) as posted
         where account = 'customer_credit' group by 1),
      moved as (
        select customer_id, -credit_applied_minor as minor from invoice where status <> 'void'
        union all
        select customer_id, surplus_minor from payment where status = 'succeeded'
        union all
        select customer_id, balance_minor from credit_note),
      left_over as (select customer_id, sum(minor) as minor from moved group by 1)
      select customer_id, held.minor as by_books, left_over.minor as by_what_moved
        from held full join left_over using (customer_id)
       where coalesce(held.minor, 0) <> coalesce(left_over.minor, 0) or held.minor < 0`,
  },
  {
    name: "what is owed by the books is owed by the invoices",
    when: "always",
    breaches: `with owed as (
        select customer_id, sum(minor) as minor from (${POSTED}) as posted
         where account = 'receivable' group by 1),
      unpaid as (
        select customer_id,
               sum(total_minor - credit_applied_minor - credited_minor - amount_paid_minor) as minor
          from invoice where status <> 'void' group by 1)
      select customer_id, owed.minor as by_books, unpaid.minor as by_invoices
        from owed full join unpaid using (customer_id)
       where coalesce(owed.minor, 0) <> coalesce(unpaid.minor, 0)`,
  },
  {
    name: "event numbers have no gap and no double",
    when: "always",
    breaches: `with numbered as (
        select project_id, number, row_number() over (partition by project_id order by number) as place
          from event)
      select project_id, number, place from numbered where number <> place
      union all
      select project_id, last_number, (select count(*) from event where project_id = taken.project_id)
        from event_number as taken
       where last_number <> (select count(*) from event where project_id = taken.project_id)`,
  },
  {
    name: "what happened is told once",
    when: "always",
    breaches: `with told as (
        select type, data -> 'invoice' ->> 'number' as number, data -> 'subscription' ->> 'id' as id
          from (select * from event union all
                select customer_id, id, project_id, 0, type, data, occurred_at from outbox) as every),
      counts as (
        select 'invoice.finalized' as type, count(*) as happened from invoice
        union all
        select 'invoice.paid', count(*) from invoice where status = 'paid'
        union all
        select 'payment.succeeded', count(*) from payment
         where status = 'succeeded' and invoice_id is not null
        union all
        select 'payment.failed', count(*) from payment_attempt
         where outcome in ('declined', 'needs_action')
        union all
        select 'invoice.voided', count(*) from invoice where status = 'void'
        union all
        select 'invoice.overdue', count(*) from invoice where overdue_at is not null
        union all
        select 'credit_note.created', count(*) from credit_note
        union all
        select 'subscription.changed', count(*) from subscription_change
        union all
        select 'subscription.created', count(*) from subscription
        union all
        select 'subscription.activated', count(*) from subscription where activated_at is not null
        union all
        select 'subscription.canceled', count(*) from subscription where canceled_at is not null
        union all
        select 'subscription.renewed', coalesce(sum(period_index), 0) from subscription)
      select type, happened, (select count(*) from told where told.type = counts.type) as told
        from counts
       where happened <> (select count(*) from told where told.type = counts.type)
      union all
      select type || ' ' || coalesce(number, id), 1, count(*) from told
       where type in ('invoice.finalized', 'invoice.paid', 'payment.succeeded',
                      'subscription.created', 'subscription.activated', 'subscription.canceled')
       group by 1 having count(*) > 1`,
  },
  {
    name: "the outbox is empty",
    when: "settled",
    breaches: "select project_id, type, occurred_at from outbox",
  },
];
