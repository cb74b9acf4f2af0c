import { given, type Invariant } from "./invariant.ts";

export const chargeInvariants: readonly Invariant[] = [
  {
    name: "a payment is charged once at the most, whatever became of it here",
    when: "always",
    given: "charges",
    breaches: `with ${given.charges}
      select payment_intent, count(*) from given where succeeded group by 1 having count(*) > 1`,
  },
  {
    name: "each charge is of a payment, for its very amount",
    when: "settled",
    given: "charges",
    breaches: `with ${given.charges}
      select given.*, payment.id as payment, amount_minor from given
        left join payment on rail_ref = payment_intent
       where (given.amount, upper(given.currency))
             is distinct from (payment.amount_minor, payment.currency)`,
  },
  {
    name: "what we charge is a payment that was stored before, for its very amount",
    when: "always",
    given: "charges",
    breaches: `with ${given.charges}
      select given.*, payment.id as payment, amount_minor from given
        left join payment on rail_ref = payment_intent
       where not (given.on_page and payment.id is null)
         and (given.amount, upper(given.currency))
             is distinct from (payment.amount_minor, payment.currency)`,
  },
  {
    name: "an invoice has one payment if there is something to charge",
    when: "always",
    breaches: `select invoice.id, total_minor, count(payment.id) as payments from invoice
        left join payment
          on payment.customer_id = invoice.customer_id and payment.invoice_id = invoice.id
       group by invoice.customer_id, invoice.id
      having count(payment.id) <> case when total_minor > credit_applied_minor
                                        and collection = 'charge' then 1 else 0 end`,
  },
  {
    name: "a paid invoice has one charge that succeeded, and each such charge a paid invoice",
    when: "settled",
    given: "charges",
    breaches: `with ${given.charges}, charged as (
        select payment_intent, count(*) as count, sum(amount) as amount
          from given
         where succeeded
           -- What was paid for nothing pays no invoice.
           and not exists (select from payment where rail_ref = payment_intent and invoice_id is null)
         group by 1),
      paid as (
        select payment.rail_ref, invoice.*
          from invoice join payment
            on payment.customer_id = invoice.customer_id and payment.invoice_id = invoice.id
         where invoice.status = 'paid' or payment.status = 'succeeded')
      select paid.id as invoice, paid.status, amount_paid_minor, charged.*
        from paid full join charged on payment_intent = rail_ref
       where (paid.status, charged.count, paid.amount_paid_minor,
              paid.total_minor - paid.credit_applied_minor)
             is distinct from ('paid', 1::bigint, charged.amount, charged.amount)`,
  },
  {
    name: "each attempt made one charge, the one that it remembers, and nothing else did but payers",
    when: "settled",
    given: "charges",
    breaches: `with ${given.charges}
      select given.id as charge, attempt.payment_id, attempt_number, outcome, charge_ref
        from given full join payment_attempt as attempt on charge_ref = given.id
       where not coalesce(given.on_page, false)
         -- What a payer satisfied the bank for succeeded beside the attempts.
         and not (attempt.payment_id is null and given.succeeded and given.payment_intent in (
               select rail_ref from payment
                where status = 'succeeded' and last_failure_code = 'authentication_required'))
         and (given.id is null or attempt.payment_id is null
              or (outcome = 'succeeded') is distinct from succeeded)`,
  },
  {
    name: "a payment is tried no more often than its schedule says",
    when: "always",
    breaches: `select payment.id, attempt_count, count(attempt_number) as attempts
        from payment join project using (project_id)
        left join payment_attempt as attempt
          on attempt.customer_id = payment.customer_id and attempt.payment_id = payment.id
       group by payment.customer_id, payment.id, retry_days
      having attempt_count <> count(attempt_number)
          or count(attempt_number) > 1 + cardinality(retry_days)`,
  },
  {
    name: "who can pay owes nothing",
    when: "settled",
    given: "accounts",
    breaches: `with ${given.accounts}
      select key, invoice.id, reason, invoice.status, total_minor from given
        join subscription as held on held.id = given.subscription
        join invoice on invoice.customer_id = held.customer_id
       where given.stays and collection = 'charge' and invoice.status <> 'paid'
         and not (reason = 'change' and invoice.status = 'void')`,
  },
];
