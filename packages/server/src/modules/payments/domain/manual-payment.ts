import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";

export const manualPaymentMethods = ["bank_transfer", "cash", "check", "other"] as const;

export type ManualPaymentMethod = (typeof manualPaymentMethods)[number];

/** Money that came for an invoice outside of any rail, as an operator recorded it. It never changes. */
export interface ManualPayment extends OwnedId {
  readonly invoiceId: bigint;
  /** The operator's own name for it, unique to the customer. */
  readonly reference: string;
  readonly method: ManualPaymentMethod;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  /** What of it was more than due: the customer's credit. */
  readonly surplusMinor: bigint;
  /** When the money came, by the operator's word. */
  readonly paidAtMs: EpochMs;
  readonly createdAtMs: EpochMs;
}
