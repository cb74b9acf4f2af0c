import type { Static } from "typebox";
import { present } from "#kernel/assert.ts";
import { formatMinor } from "#kernel/money.ts";
import type { CustomerChanges, CustomerDraft } from "#modules/customers/domain/index.ts";
import { type CustomerWithCredit, customerSnapshot } from "#modules/customers/index.ts";
import { parseInstant } from "#platform/http/wire.ts";
import type { CustomerChange, NewCustomer } from "./customers-schema.ts";
import { ownTermsFrom, termsToWire } from "./payment-terms-wire.ts";

export function customerDraft(body: Static<typeof NewCustomer>): CustomerDraft {
  return {
    name: body.name,
    firstName: null,
    externalId: body.external_id ?? null,
    email: body.email ?? null,
    timeZone: body.time_zone ?? "UTC",
    currency: body.currency ?? null,
    paymentTerms: { collection: null, netDays: null, ...ownTermsFrom(body.payment_terms) },
    metadata: body.metadata ?? {},
    testClockAtMs: body.test_clock ? parseInstant(body.test_clock.now) : null,
  };
}

/** What the body leaves out is not among the changes. */
export function customerChanges(body: Static<typeof CustomerChange>): CustomerChanges {
  const { time_zone: timeZone, payment_terms: terms, ...rest } = body;
  return {
    ...rest,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(terms === undefined ? {} : { paymentTerms: ownTermsFrom(terms) }),
  };
}

export function customerToWire({ customer, creditMinor }: CustomerWithCredit) {
  const { currency } = customer;
  return {
    ...customerSnapshot(customer),
    payment_terms: termsToWire(customer.paymentTerms),
    credit_balance: currency === null ? null : formatMinor(creditMinor, currency),
  };
}

export function oneToWire([only]: readonly CustomerWithCredit[]) {
  return customerToWire(present(only, "one customer was asked for"));
}
