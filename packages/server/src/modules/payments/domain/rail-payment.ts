import type { Currency } from "#kernel/currency.ts";
import { type AttemptOutcome, AUTHENTICATION_REQUIRED, PAYMENT_CANCELED } from "./payment.ts";

/** A payment as the rail tells it now. */
export interface RailPayment {
  readonly ref: string;
  /**
   * Our own id of the payment or of the checkout that it was made for, as it was given to the rail.
   */
  readonly madeFor: string | null;
  /**
   * `open` waits to be confirmed, for the first time or again; `pending` is on its way and has no
   * outcome yet; `needs_action` waits for the payer; `canceled` can never be paid.
   */
  readonly status: "open" | "pending" | "needs_action" | "succeeded" | "canceled";
  /** The rail's record of the latest try, whether it succeeded or not; null before the first. */
  readonly latestChargeRef: string | null;
  /** Why the latest try failed. */
  readonly failureCode: string | null;
  /** Where the payer satisfies its bank; null while the bank asks for nothing. */
  readonly actionUrl: string | null;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/** What the rail's answer says about an attempt whose outcome was lost. */
export type Finding =
  | { readonly type: "settled"; readonly outcome: AttemptOutcome }
  /** The rail never saw this attempt: it may be confirmed. */
  | { readonly type: "not_happened" }
  /** Still on its way. Ask again later. */
  | { readonly type: "undecided" };

/**
 * Finds out what became of an attempt by what the rail says now. `knownChargeRefs` are the rail's
 * records of the earlier attempts: a failure that is among them is theirs and says nothing of this
 * attempt.
 */
export function findAttempt(payment: RailPayment, knownChargeRefs: ReadonlySet<string>): Finding {
  const isNews = payment.latestChargeRef !== null && !knownChargeRefs.has(payment.latestChargeRef);
  const code = payment.failureCode ?? "declined";
  switch (payment.status) {
    case "succeeded":
      return { type: "settled", outcome: { type: "succeeded" } };
    case "pending":
      return { type: "undecided" };
    case "needs_action":
      return {
        type: "settled",
        outcome: { type: "needs_action", code: AUTHENTICATION_REQUIRED },
      };
    case "canceled":
      return { type: "settled", outcome: { type: "declined", code: PAYMENT_CANCELED } };
    case "open":
      return isNews ? { type: "settled", outcome: failure(code) } : { type: "not_happened" };
  }
}

/** A refusal by its code: one of them means that the payer must be present. */
export function failure(code: string): Exclude<AttemptOutcome, { type: "succeeded" }> {
  return code === AUTHENTICATION_REQUIRED
    ? { type: "needs_action", code }
    : { type: "declined", code };
}
