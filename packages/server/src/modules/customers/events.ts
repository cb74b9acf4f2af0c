import { type Customer, customerSnapshot } from "#modules/customers/domain/index.ts";

/** Every event about a customer alone. The event reference page is generated from this table. */
export const customerEvents = {
  "customer.created": { when: "A customer was made.", carries: [] },
} as const;

/** `customer.created`: `{ customer }`, in its native shape, dated in the customer's own time. */
export function customerCreated(customer: Customer, eventId: bigint) {
  return {
    customerId: customer.customerId,
    id: eventId,
    type: "customer.created" satisfies keyof typeof customerEvents,
    data: { customer: customerSnapshot(customer) },
    occurredAtMs: customer.createdAtMs,
  };
}
