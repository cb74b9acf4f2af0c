import { withoutAction } from "../objects/next-action.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import type { Transaction } from "../state/transaction.ts";

type Made = "canceledMs" | "cancellationReason" | "clientSecret" | "createdMs" | "id";
type Begun = "action" | "lastFailure" | "latestCharge" | "status";

/** Whether something can still come of it. */
export function isUnfinished({ status }: { readonly status: string }): boolean {
  return status !== "succeeded" && status !== "canceled";
}

/** What the caller decides of a new intent; the rest is how every intent begins. */
export type NewPaymentIntent = Omit<PaymentIntentRecord, Made | Begun>;

export function createPaymentIntent(
  tx: Transaction,
  wanted: NewPaymentIntent,
): PaymentIntentRecord {
  const id = tx.mint("pi_");
  const intent = tx.put("payment_intent", {
    ...wanted,
    id,
    createdMs: tx.nowMs,
    clientSecret: tx.mint(`${id}_secret_`),
    status: wanted.paymentMethod === null ? "requires_payment_method" : "requires_confirmation",
    latestCharge: null,
    lastFailure: null,
    canceledMs: null,
    cancellationReason: null,
  });
  tx.emit("payment_intent.created", { kind: "payment_intent", value: intent });
  return intent;
}

export function cancelPaymentIntent(
  tx: Transaction,
  intent: PaymentIntentRecord,
  cancellationReason: PaymentIntentRecord["cancellationReason"],
): PaymentIntentRecord {
  const canceled = tx.put("payment_intent", {
    ...withoutAction(intent),
    status: "canceled",
    canceledMs: tx.nowMs,
    cancellationReason,
  });
  tx.emit("payment_intent.canceled", { kind: "payment_intent", value: canceled });
  return canceled;
}

export type NewSetupIntent = Omit<SetupIntentRecord, Made | Begun>;

export function createSetupIntent(tx: Transaction, wanted: NewSetupIntent): SetupIntentRecord {
  const id = tx.mint("seti_");
  const intent = tx.put("setup_intent", {
    ...wanted,
    id,
    createdMs: tx.nowMs,
    clientSecret: tx.mint(`${id}_secret_`),
    status: wanted.paymentMethod === null ? "requires_payment_method" : "requires_confirmation",
    lastFailure: null,
    cancellationReason: null,
  });
  tx.emit("setup_intent.created", { kind: "setup_intent", value: intent });
  return intent;
}

export function cancelSetupIntent(
  tx: Transaction,
  intent: SetupIntentRecord,
  cancellationReason: SetupIntentRecord["cancellationReason"],
): SetupIntentRecord {
  const canceled = tx.put("setup_intent", {
    ...withoutAction(intent),
    status: "canceled",
    cancellationReason,
  });
  tx.emit("setup_intent.canceled", { kind: "setup_intent", value: canceled });
  return canceled;
}
