import { type Customer, customerSnapshot } from "#modules/customers/domain/index.ts";

/** `customer.created`: `{ customer }`, in its native shape, dated in the customer's own time. */
export function customerCreated(customer: Customer, eventId: bigint) {
  return {
    customerId: customer.customerId,
    id: eventId,
    type: "customer.created",
    data: { customer: customerSnapshot(customer) },
    occurredAtMs: customer.createdAtMs,
  };
}
