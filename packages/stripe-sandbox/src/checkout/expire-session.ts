import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import { cancelPaymentIntent, cancelSetupIntent, isUnfinished } from "../payments/intents.ts";
import type { Transaction } from "../state/transaction.ts";

/** Ends an open session, and the intent that nobody can finish any more. */
export function expireSession(
  tx: Transaction,
  session: CheckoutSessionRecord,
): CheckoutSessionRecord {
  cancelUnfinished(tx, session);
  const expired = tx.put("checkout_session", { ...session, status: "expired" });
  tx.emit("checkout.session.expired", { kind: "checkout_session", value: expired });
  return expired;
}

function cancelUnfinished(tx: Transaction, { paymentIntent, setupIntent }: CheckoutSessionRecord) {
  const payment = paymentIntent === null ? null : tx.get("payment_intent", paymentIntent);
  if (payment !== null && isUnfinished(payment)) cancelPaymentIntent(tx, payment, null);
  const setup = setupIntent === null ? null : tx.get("setup_intent", setupIntent);
  if (setup !== null && isUnfinished(setup)) cancelSetupIntent(tx, setup, null);
}

/** Expires every open session whose time has come. */
export function expireDueSessions(tx: Transaction): void {
  for (const session of tx.newestFirst("checkout_session")) {
    if (session.status === "open" && session.expiresMs <= tx.nowMs) expireSession(tx, session);
  }
}
