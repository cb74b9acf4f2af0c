import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnPaymentTerms } from "#modules/invoices/domain/index.ts";

/** Who is billed. */
export interface Customer {
  readonly customerId: bigint;
  /** The merchant's own id for this customer, unique within the project. */
  readonly externalId: string | null;
  readonly email: string | null;
  readonly name: string;
  /** The beginning of the name that is the first name, where both were given apart; else null. */
  readonly firstName: string | null;
  /** IANA zone in which billing periods begin and end. */
  readonly timeZone: string;
  /** Decided by the first subscription; null until then. */
  readonly currency: Currency | null;
  /** On what terms its invoices are paid. */
  readonly paymentTerms: OwnPaymentTerms;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Sandbox only: the customer's own present. Whether there is one never changes. */
  readonly testClockAtMs: EpochMs | null;
  readonly createdAtMs: EpochMs;
}

/** The customer's present: the test clock where there is one, else the server's time. */
export function customerNow(customer: Customer, serverNowMs: EpochMs): EpochMs {
  return customer.testClockAtMs ?? serverNowMs;
}

/** Refuses with `currency_mismatch` what is in another currency than the one that a customer is billed in. */
export function refuseOtherCurrency(
  { currency: allowed }: Pick<Customer, "currency">,
  currency: Currency,
): void {
  if (currency === allowed) return;
  throw new BillingError("currency_mismatch", { currency, allowed });
}
