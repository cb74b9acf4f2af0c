import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";

/** The rails there are. */
export type RailName = "stripe";

/** The refusal that only the payer's presence can turn. */
export const AUTHENTICATION_REQUIRED = "authentication_required";

/**
 * The failure of a payment that the rail has canceled, for age or by somebody's hand. Nothing can pay
 * that one any more, so that another may take its place.
 */
export const PAYMENT_CANCELED = "payment_canceled";

/**
 * pending → succeeded | failed | canceled. What was given up may still be paid later: failed →
 * succeeded. One is canceled when its invoice needs it no more, or is collected by another one since
 * its amount changed; what the payer pays for it all the same is the customer's credit.
 */
export type PaymentStatus = "pending" | "succeeded" | "failed" | "canceled";

/** The collecting of one invoice: one payment at a time, tried as often as its schedule says. */
export interface Payment extends OwnedId {
  /** Null for money that came for nothing: it is given back. */
  readonly invoiceId: bigint | null;
  readonly subscriptionId: bigint | null;
  readonly status: PaymentStatus;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  /** What of it was not owed any more when it came: the customer's credit. */
  readonly surplusMinor: bigint;
  readonly rail: RailName;
  /**
   * The rail's own object, made once and confirmed at each attempt; null until it is made, and again
   * once the rail has canceled it: the next attempt makes another.
   */
  readonly railRef: string | null;
  readonly attemptCount: number;
  /** When it is tried next, in the customer's own time; null when never. */
  readonly nextAttemptMs: EpochMs | null;
  /** Where the retry schedule starts counting, in the customer's own time. */
  readonly firstFailedMs: EpochMs | null;
  readonly lastFailureCode: string | null;
  readonly isOnTestClock: boolean;
  readonly createdAtMs: EpochMs;
  readonly settledAtMs: EpochMs | null;
}

/** Whether the bank wants the payer to be present for it: a link leads the payer there. */
export function waitsForPayer({ status, lastFailureCode }: Payment): boolean {
  return status === "pending" && lastFailureCode === AUTHENTICATION_REQUIRED;
}

/** One try at the payment, stored before the rail is asked. */
export interface PaymentAttempt {
  readonly attemptNumber: number;
  /** Null when there was no card to charge. */
  readonly paymentMethodId: bigint | null;
  readonly startedAtMs: EpochMs;
  readonly settledAtMs: EpochMs | null;
  readonly outcome: AttemptOutcome["type"] | null;
  readonly failureCode: string | null;
  /** The rail's own record of this try, where it made one. */
  readonly chargeRef: string | null;
}

/** How a try ended. What is not known yet is no outcome: it is asked for again. */
export type AttemptOutcome =
  | { readonly type: "succeeded" }
  | { readonly type: "declined"; readonly code: string }
  /** The bank wants the payer to be present, which only the payer can bring about. */
  | { readonly type: "needs_action"; readonly code: string };
