import type { Decline } from "../cards/declines.ts";
import { getCard } from "../cards/test-cards.ts";
import type { ChargeRecord } from "../objects/charge.ts";
import type { Failure } from "../objects/failure.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { Transaction } from "../state/transaction.ts";
import { disputeCharge } from "./dispute-charge.ts";
import { attachPaymentMethod, checkUsable } from "./payment-methods.ts";

export type PaymentOutcome = {
  readonly intent: PaymentIntentRecord;
  /** Null when the money moved. */
  readonly failure: Failure | null;
};

/**
 * Charges a card for an intent that is still open. A decline is an outcome: the intent then waits
 * for another card, and the failed charge stays on record.
 */
export function confirmPayment(
  tx: Transaction,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
): PaymentOutcome {
  checkUsable(method, intent.customer);
  const { onSave, onCharge } = getCard(method.cardNumber);
  const isSaved = intent.setupFutureUsage !== null && intent.customer !== null;
  const decline = onCharge ?? (isSaved ? onSave : null);
  const charge = recordCharge(tx, intent, method, decline);
  return decline === null
    ? succeed(tx, intent, method, charge, isSaved)
    : fail(tx, intent, method, charge, decline);
}

function recordCharge(
  tx: Transaction,
  intent: PaymentIntentRecord,
  paymentMethod: PaymentMethodRecord,
  decline: Decline | null,
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
    decline,
  });
}

function succeed(
  tx: Transaction,
  intent: PaymentIntentRecord,
  method: PaymentMethodRecord,
  charge: ChargeRecord,
  isSaved: boolean,
): PaymentOutcome {
  if (isSaved && intent.customer !== null) attachPaymentMethod(tx, method, intent.customer);
  else if (method.customer === null) tx.put("payment_method", { ...method, isSpent: true });
  const succeeded = tx.put("payment_intent", {
    ...intent,
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

function fail(
  tx: Transaction,
  intent: PaymentIntentRecord,
  paymentMethod: PaymentMethodRecord,
  charge: ChargeRecord,
  decline: Decline,
): PaymentOutcome {
  const failure: Failure = { decline, paymentMethod, charge: charge.id };
  const waiting = tx.put("payment_intent", {
    ...intent,
    status: "requires_payment_method",
    paymentMethod: null,
    latestCharge: charge.id,
    lastFailure: failure,
  });
  tx.emit("charge.failed", { kind: "charge", value: charge });
  tx.emit("payment_intent.payment_failed", { kind: "payment_intent", value: waiting });
  return { intent: waiting, failure };
}
