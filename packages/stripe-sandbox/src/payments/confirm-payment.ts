import { authenticationFailure, declines } from "../cards/declines.ts";
import { getCard } from "../cards/test-cards.ts";
import type { ChargeRecord } from "../objects/charge.ts";
import type { Failure } from "../objects/failure.ts";
import { withoutAction } from "../objects/next-action.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { Transaction } from "../state/transaction.ts";
import { chargeNeedsAuthentication } from "./authentication.ts";
import { disputeCharge } from "./dispute-charge.ts";
import { attachPaymentMethod, checkUsable } from "./payment-methods.ts";

export type PaymentOutcome = {
  readonly intent: PaymentIntentRecord;
  /** Null when the money moved, or when the cardholder is asked first. */
  readonly failure: Failure | null;
};

/** How an intent is confirmed. */
export type Confirmation = {
  /** True when nobody is there to be asked anything. */
  readonly isOffSession: boolean;
  /** Where the cardholder is sent after having been asked. */
  readonly returnUrl: string | null;
};

/**
 * Charges a card for an intent that is still open, or has its holder asked who they are first. A
 * decline is an outcome: the intent then waits for another card, and the failed charge stays on
 * record.
 */
export function confirmPayment(
  tx: Transaction,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  { isOffSession, returnUrl }: Confirmation,
): PaymentOutcome {
  checkUsable(method, intent.customer);
  if (!chargeNeedsAuthentication(method, { isOffSession }))
    return chargeCard(tx, intent, method, false);
  if (isOffSession) {
    const refused = recordCharge(tx, intent, method, { decline: declines.authenticationRequired });
    return fail(tx, intent, method, refused);
  }
  const asking = tx.put("payment_intent", {
    ...intent,
    status: "requires_action",
    action: { returnUrl },
    paymentMethod: method.id,
    lastFailure: null,
  });
  tx.emit("payment_intent.requires_action", { kind: "payment_intent", value: asking });
  return { intent: asking, failure: null };
}

/** Goes on after the cardholder was asked, and has proved who they are or not. */
export function resumePayment(
  tx: Transaction,
  intent: PaymentIntentRecord,
  isAuthenticated: boolean,
): PaymentOutcome {
  const method = tx.get("payment_method", intent.paymentMethod ?? "");
  if (isAuthenticated) return chargeCard(tx, intent, method, true);
  const failure: Failure = {
    decline: authenticationFailure("payment"),
    paymentMethod: method,
    charge: null,
  };
  return wait(tx, intent, failure);
}

function chargeCard(
  tx: Transaction,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  isAuthenticated: boolean,
): PaymentOutcome {
  const { onSave, onCharge } = getCard(method.cardNumber);
  const isSaved = intent.setupFutureUsage !== null && intent.customer !== null;
  const decline = onCharge ?? (isSaved ? onSave : null);
  const made = recordCharge(tx, intent, method, { decline, isAuthenticated });
  return decline === null ? succeed(tx, intent, method, made) : fail(tx, intent, method, made);
}

function recordCharge(
  tx: Transaction,
  intent: PaymentIntentRecord,
  paymentMethod: PaymentMethodRecord,
  outcome: Pick<ChargeRecord, "decline" | "isAuthenticated">,
): ChargeRecord {
  return tx.put("charge", {
    id: tx.mint("ch_"),
    createdMs: tx.nowMs,
    amount: intent.amount,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    metadata: intent.metadata,
    paymentIntent: intent.id,
    paymentMethod,
    receiptEmail: intent.receiptEmail,
    ...(intent.shipping === undefined ? {} : { shipping: intent.shipping }),
    ...outcome,
  });
}

function succeed(
  tx: Transaction,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  charge: ChargeRecord,
): PaymentOutcome {
  keepMethod(tx, intent, method, charge.isAuthenticated === true);
  const succeeded = tx.put("payment_intent", {
    ...withoutAction(intent),
    status: "succeeded",
    paymentMethod: method.id,
    latestCharge: charge.id,
    lastFailure: null,
  });
  tx.emit("charge.succeeded", { kind: "charge", value: charge });
  tx.emit("payment_intent.succeeded", { kind: "payment_intent", value: succeeded });
  disputeCharge(tx, charge);
  return { intent: succeeded, failure: null };
}

/** Attaches the card if it is to be charged again; else nobody may use it again. */
function keepMethod(
  tx: Transaction,
  { setupFutureUsage, customer }: PaymentIntentRecord,
  method: PaymentMethodRecord,
  isAuthenticated: boolean,
): void {
  if (setupFutureUsage === null || customer === null) {
    if (method.customer === null) tx.put("payment_method", { ...method, isSpent: true });
    return;
  }
  const { method: kept } = attachPaymentMethod(tx, method, customer);
  if (isAuthenticated && setupFutureUsage === "off_session") {
    tx.put("payment_method", { ...kept, isSetUp: true });
  }
}

function fail(
  tx: Transaction,
  intent: PaymentIntentRecord,
  paymentMethod: PaymentMethodRecord,
  charge: ChargeRecord,
): PaymentOutcome {
  if (charge.decline === null) throw new Error("only a charge that was declined fails");
  tx.emit("charge.failed", { kind: "charge", value: charge });
  const failure: Failure = { decline: charge.decline, paymentMethod, charge: charge.id };
  return wait(tx, { ...intent, latestCharge: charge.id }, failure);
}

/** The intent waits for another card. */
function wait(tx: Transaction, intent: PaymentIntentRecord, failure: Failure): PaymentOutcome {
  const waiting = tx.put("payment_intent", {
    ...withoutAction(intent),
    status: "requires_payment_method",
    paymentMethod: null,
    lastFailure: failure,
  });
  tx.emit("payment_intent.payment_failed", { kind: "payment_intent", value: waiting });
  return { intent: waiting, failure };
}
