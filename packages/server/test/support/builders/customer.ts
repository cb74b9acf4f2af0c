import type { CustomerDraft } from "#modules/customers/domain/index.ts";

/** A customer with nothing but a name, who lives by the server's time in UTC. */
export function customerDraft(changes: Partial<CustomerDraft> = {}): CustomerDraft {
  return {
    name: "Ada Brown",
    externalId: null,
    email: null,
    timeZone: "UTC",
    currency: null,
    metadata: {},
    testClockAtMs: null,
    firstName: null,
    paymentTerms: { collection: null, netDays: null },
    ...changes,
  };
}
