import { given, type Invariant } from "./invariant.ts";

/** What receivers of webhooks were told. They may be told twice, but never two things as one. */
export const messageInvariants: readonly Invariant[] = [
  {
    name: "a message that was received is of an event in the log, and always says the same",
    when: "always",
    given: "messages",
    breaches: `with ${given.messages}
      select given.event, count(distinct digest) as bodies, count(distinct event.id) as events
        from given left join event on event.id = given.event
       group by 1 having count(distinct digest) > 1 or count(distinct event.id) <> 1`,
  },
  {
    name: "every event was received, and is known to have been",
    when: "settled",
    given: "messages",
    breaches: `with ${given.messages}
      select event.number, event.type, delivery.status, count(given.event) as received
        from event
        left join webhook_delivery as delivery
          on delivery.customer_id = event.customer_id and delivery.event_id = event.id
        left join given on given.event = event.id
       group by event.project_id, event.number, event.type, delivery.id, delivery.status
      having delivery.status is distinct from 'delivered' or count(given.event) = 0`,
  },
];
