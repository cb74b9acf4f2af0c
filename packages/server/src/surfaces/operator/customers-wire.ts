import type { Static } from "typebox";
import { present } from "#kernel/assert.ts";
import { formatMinor } from "#kernel/money.ts";
import type { CustomerChanges, CustomerDraft } from "#modules/customers/domain/index.ts";
import { type CustomerWithCredit, customerSnapshot } from "#modules/customers/index.ts";
import { parseInstant } from "#platform/http/wire.ts";
import type { CustomerChange, NewCustomer } from "./customers-schema.ts";

export function customerDraft(body: Static<typeof NewCustomer>): CustomerDraft {
  return {
    name: body.name,
    firstName: null,
    externalId: body.external_id ?? null,
    email: body.email ?? null,
    timeZone: body.time_zone ?? "UTC",
    currency: body.currency ?? null,
    metadata: body.metadata ?? {},
    testClockAtMs: body.test_clock ? parseInstant(body.test_clock.now) : null,
  };
}

/** What the body leaves out is not among the changes. */
export function customerChanges(body: Static<typeof CustomerChange>): CustomerChanges {
  const { time_zone: timeZone, ...rest } = body;
  return timeZone === undefined ? rest : { ...rest, timeZone };
}

export function customerToWire({ customer, creditMinor }: CustomerWithCredit) {
  const { currency } = customer;
  return {
    ...customerSnapshot(customer),
    credit_balance: currency === null ? null : formatMinor(creditMinor, currency),
  };
}

export function oneToWire([only]: readonly CustomerWithCredit[]) {
  return customerToWire(present(only, "one customer was asked for"));
}
