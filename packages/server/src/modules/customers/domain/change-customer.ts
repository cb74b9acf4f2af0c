import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnPaymentTerms } from "#modules/invoices/domain/index.ts";
import type { Side } from "#modules/projects/domain/index.ts";
import { refuseUnfitCustomer, refuseUnfitTestTime } from "./check-customer.ts";
import { type Customer, customerNow } from "./customer.ts";

/** What is said of a new customer. */
export type CustomerDraft = Omit<Customer, "customerId" | "createdAtMs">;

/** Where and when a customer is made. */
export interface CustomerOrigin {
  readonly customerId: bigint;
  readonly side: Side;
  readonly serverNowMs: EpochMs;
}

/** What may be changed afterwards. A time zone counts for the subscriptions that begin after it. */
export type CustomerChanges = Partial<
  Pick<Customer, "name" | "email" | "timeZone" | "metadata">
> & {
  /** What of it is absent stays. They count for the invoices that are made afterwards. */
  readonly paymentTerms?: Partial<OwnPaymentTerms>;
};

/**
 * A customer, made in its own present. Refuses with `customer_invalid`, `time_zone_unknown`,
 * `currency_unknown`, and for its test clock with `test_clock_on_live_side` or `time_invalid`.
 */
export function newCustomer(
  draft: CustomerDraft,
  { customerId, side, serverNowMs }: CustomerOrigin,
): Customer {
  if (draft.testClockAtMs !== null) {
    if (side === "live") throw new BillingError("test_clock_on_live_side");
    refuseUnfitTestTime(draft.testClockAtMs);
  }
  const undated = { ...draft, customerId, createdAtMs: serverNowMs };
  const customer = { ...undated, createdAtMs: customerNow(undated, serverNowMs) };
  refuseUnfitCustomer(customer);
  return customer;
}

/** Refuses with `customer_invalid` or `time_zone_unknown`. */
export function changedCustomer(customer: Customer, changes: CustomerChanges): Customer {
  const { name = customer.name } = changes;
  const firstName = name === customer.name ? customer.firstName : null;
  const paymentTerms = { ...customer.paymentTerms, ...changes.paymentTerms };
  const changed = { ...customer, ...changes, paymentTerms, firstName };
  refuseUnfitCustomer(changed);
  return changed;
}
