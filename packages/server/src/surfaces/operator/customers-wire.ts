import type { Static } from "typebox";
import type { CustomerChanges, CustomerDraft } from "#modules/customers/domain/index.ts";
import { parseInstant } from "#platform/http/wire.ts";
import type { CustomerChange, NewCustomer } from "./customers-schema.ts";

export function customerDraft(body: Static<typeof NewCustomer>): CustomerDraft {
  return {
    name: body.name,
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
