import { given, type Invariant } from "./invariant.ts";

/** Money that went back, by whoever gave or took it. */
export const moneyBackInvariants: readonly Invariant[] = [
  {
    name: "each refund that the rail has is here as it is there, and no other succeeded",
    when: "settled",
    given: "refunds",
    breaches: `with ${given.refunds}
      select given.*, refund.id, refund.status as here, refund.amount_minor as minor_here
        -- What the rail never made it does not know.
        from given full join ((select * from refund
                                where status <> 'failed' or rail_ref is not null) as refund
              join payment
              on payment.customer_id = refund.customer_id and payment.id = refund.payment_id)
          on refund.rail_ref = given.ref
       where (given.payment_intent, given.amount, given.status)
             is distinct from (payment.rail_ref, refund.amount_minor, refund.status)`,
  },
  {
    name: "each dispute that the rail has is here as it is there, and no other",
    when: "settled",
    given: "disputes",
    breaches: `with ${given.disputes}
      select given.*, dispute.id, dispute.status as here, dispute.amount_minor as minor_here
        from given full join (dispute join payment
              on payment.customer_id = dispute.customer_id and payment.id = dispute.payment_id)
          on dispute.rail_ref = given.ref
       where (given.payment_intent, given.amount,
              case when given.status in ('won', 'warning_closed') then 'won'
                   when given.status = 'lost' then 'lost'
                   when given.status like 'warning_%' then 'inquiry' else 'open' end)
             is distinct from (payment.rail_ref, dispute.amount_minor, dispute.status)`,
  },
  {
    name: "what was paid for nothing was given back whole",
    when: "settled",
    given: "refunds",
    breaches: `with ${given.refunds}, back as (
        select payment_intent, sum(amount) as amount from given group by 1)
      select payment.id, amount_minor, back.amount from payment
        left join back on payment_intent = rail_ref
       where invoice_id is null and amount_minor is distinct from back.amount`,
  },
];
