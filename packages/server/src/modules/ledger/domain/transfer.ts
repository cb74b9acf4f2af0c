import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";

/** The accounts in a customer's books. */
export type Account =
  /** What the customer owes. */
  | "receivable"
  /** What was earned. */
  | "revenue"
  /** What a card rail collected and holds for the merchant. */
  | "rail:stripe"
  /** What came outside of any rail: bank transfers and the like. */
  | "bank"
  /** What was given back of what was earned. */
  | "refunds"
  /** What banks took back for cardholders who dispute a charge. */
  | "disputes"
  /** What customers have to their credit: the next invoices take it. */
  | "customer_credit"
  /** What came in and belongs to no invoice. */
  | "unapplied";

/** A movement between two accounts: balanced by its shape. */
export interface Transfer {
  readonly customerId: bigint;
  readonly currency: Currency;
  readonly debitAccount: Account;
  readonly creditAccount: Account;
  /** Above zero. */
  readonly amountMinor: bigint;
  readonly sourceType:
    | "invoice"
    | "payment"
    | "manual_payment"
    | "credit_note"
    | "refund"
    | "dispute";
  readonly sourceId: bigint;
  readonly occurredAtMs: EpochMs;
}

/** Moves an amount that may be negative: a negative one goes the other way, nothing moves for zero. */
export function transfersOf(transfer: Transfer): readonly Transfer[] {
  if (transfer.amountMinor === 0n) return [];
  if (transfer.amountMinor > 0n) return [transfer];
  return [
    {
      ...transfer,
      debitAccount: transfer.creditAccount,
      creditAccount: transfer.debitAccount,
      amountMinor: -transfer.amountMinor,
    },
  ];
}
