import { getCard } from "../cards/test-cards.ts";
import type { Failure } from "../objects/failure.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import type { Transaction } from "../state/transaction.ts";
import { attachPaymentMethod, checkUsable } from "./payment-methods.ts";

export type SetupOutcome = {
  readonly intent: SetupIntentRecord;
  /** Null when the card was saved. */
  readonly failure: Failure | null;
};

/** Saves a card for an intent that is still open, and attaches it to the intent's customer if any. */
export function confirmSetup(
  tx: Transaction,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
): SetupOutcome {
  checkUsable(method, intent.customer);
  const decline = getCard(method.cardNumber).onSave;
  if (decline !== null) {
    const failure: Failure = { decline, paymentMethod: method, charge: null };
    const waiting = tx.put("setup_intent", {
      ...intent,
      status: "requires_payment_method",
      paymentMethod: null,
      lastFailure: failure,
    });
    tx.emit("setup_intent.setup_failed", { kind: "setup_intent", value: waiting });
    return { intent: waiting, failure };
  }
  if (intent.customer !== null) attachPaymentMethod(tx, method, intent.customer);
  const succeeded = tx.put("setup_intent", {
    ...intent,
    status: "succeeded",
    paymentMethod: method.id,
    lastFailure: null,
  });
  tx.emit("setup_intent.succeeded", { kind: "setup_intent", value: succeeded });
  return { intent: succeeded, failure: null };
}
