import { authenticationFailure, type Decline } from "../cards/declines.ts";
import { getCard } from "../cards/test-cards.ts";
import type { Failure } from "../objects/failure.ts";
import { withoutAction } from "../objects/next-action.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import type { Transaction } from "../state/transaction.ts";
import { setupNeedsAuthentication } from "./authentication.ts";
import { attachPaymentMethod, checkUsable } from "./payment-methods.ts";

export type SetupOutcome = {
  readonly intent: SetupIntentRecord;
  /** Null when the card was saved, or when its holder is asked first. */
  readonly failure: Failure | null;
};

/**
 * Saves a card for an intent that is still open, or has its holder asked who they are first. Saved, it
 * is attached to the intent's customer if there is one.
 */
export function confirmSetup(
  tx: Transaction,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
  returnUrl: string | null,
): SetupOutcome {
  checkUsable(method, intent.customer);
  if (!setupNeedsAuthentication(method)) return save(tx, intent, method, false);
  const asking = tx.put("setup_intent", {
    ...intent,
    status: "requires_action",
    action: { returnUrl },
    paymentMethod: method.id,
    lastFailure: null,
  });
  tx.emit("setup_intent.requires_action", { kind: "setup_intent", value: asking });
  return { intent: asking, failure: null };
}

/** Goes on after the cardholder was asked, and has proved who they are or not. */
export function resumeSetup(
  tx: Transaction,
  intent: SetupIntentRecord,
  isAuthenticated: boolean,
): SetupOutcome {
  const method = tx.get("payment_method", intent.paymentMethod ?? "");
  return isAuthenticated
    ? save(tx, intent, method, true)
    : wait(tx, intent, method, authenticationFailure("setup"));
}

function save(
  tx: Transaction,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
  isAuthenticated: boolean,
): SetupOutcome {
  const decline = getCard(method.cardNumber).onSave;
  if (decline !== null) return wait(tx, intent, method, decline);
  const kept =
    intent.customer === null ? method : attachPaymentMethod(tx, method, intent.customer).method;
  if (isAuthenticated) tx.put("payment_method", { ...kept, isSetUp: true });
  const succeeded = tx.put("setup_intent", {
    ...withoutAction(intent),
    status: "succeeded",
    paymentMethod: method.id,
    lastFailure: null,
  });
  tx.emit("setup_intent.succeeded", { kind: "setup_intent", value: succeeded });
  return { intent: succeeded, failure: null };
}

/** The intent waits for another card. */
function wait(
  tx: Transaction,
  intent: SetupIntentRecord,
  paymentMethod: PaymentMethodRecord,
  decline: Decline,
): SetupOutcome {
  const failure: Failure = { decline, paymentMethod, charge: null };
  const waiting = tx.put("setup_intent", {
    ...withoutAction(intent),
    status: "requires_payment_method",
    paymentMethod: null,
    lastFailure: failure,
  });
  tx.emit("setup_intent.setup_failed", { kind: "setup_intent", value: waiting });
  return { intent: waiting, failure };
}
