import { isoInstant } from "#kernel/clock.ts";
import { formatId } from "#kernel/ids.ts";
import type { Customer } from "./customer.ts";

/** A customer as the operator API and the events show it. */
export interface CustomerSnapshot {
  id: string;
  external_id: string | null;
  name: string;
  /** Only where first and last name were given apart. */
  first_name?: string;
  email: string | null;
  time_zone: string;
  currency: string | null;
  metadata: Record<string, unknown>;
  test_clock: { now: string } | null;
  created_at: string;
}

export function customerSnapshot(customer: Customer): CustomerSnapshot {
  const { testClockAtMs } = customer;
  return {
    id: formatId("customer", customer.customerId),
    external_id: customer.externalId,
    name: customer.name,
    ...(customer.firstName === null ? {} : { first_name: customer.firstName }),
    email: customer.email,
    time_zone: customer.timeZone,
    currency: customer.currency,
    metadata: { ...customer.metadata },
    test_clock: testClockAtMs === null ? null : { now: isoInstant(testClockAtMs) },
    created_at: isoInstant(customer.createdAtMs),
  };
}
