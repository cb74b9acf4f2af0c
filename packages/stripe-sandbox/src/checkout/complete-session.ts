import type { Decline } from "../cards/declines.ts";
import { type CheckoutSessionRecord, sessionTotal } from "../objects/checkout-session.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { BillingDetails } from "../objects/payment-method.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import { confirmPayment, type PaymentOutcome } from "../payments/confirm-payment.ts";
import { confirmSetup, type SetupOutcome } from "../payments/confirm-setup.ts";
import { createCustomer } from "../payments/create-customer.ts";
import { createPaymentIntent, createSetupIntent, isUnfinished } from "../payments/intents.ts";
import { createPaymentMethod } from "../payments/payment-methods.ts";
import type { Transaction } from "../state/transaction.ts";

/** A test card with what the person typed beside it. */
export type CardEntry = {
  readonly cardNumber: string;
  readonly expiryMonth: number;
  readonly expiryYear: number;
  readonly billingDetails: BillingDetails;
};

/** What became of an attempt to complete a session. */
export type Completion =
  | { readonly type: "complete" }
  | { readonly type: "declined"; readonly decline: Decline }
  /** The cardholder is to be asked who they are first. */
  | { readonly type: "asked"; readonly intentId: string };

/** Pays, or saves the card of, an open session. */
export function completeSession(
  tx: Transaction,
  open: CheckoutSessionRecord,
  entry: CardEntry,
): Completion {
  const session = withCustomer(tx, open, entry);
  const method = createPaymentMethod(tx, entry);
  const presence = { isOffSession: false, returnUrl: session.successUrl };
  const outcome =
    session.mode === "payment"
      ? confirmPayment(tx, openPaymentIntent(tx, session), method, presence)
      : confirmSetup(tx, openSetupIntent(tx, session), method, session.successUrl);
  const tried = tx.put("checkout_session", {
    ...session,
    ...(session.mode === "payment"
      ? { paymentIntent: outcome.intent.id }
      : { setupIntent: outcome.intent.id }),
  });
  if (outcome.intent.status === "requires_action") {
    return { type: "asked", intentId: outcome.intent.id };
  }
  return concludeSession(tx, tried, outcome);
}

/** Completes the session whose intent has succeeded; a decline leaves it open. */
export function concludeSession(
  tx: Transaction,
  session: CheckoutSessionRecord,
  { intent, failure }: PaymentOutcome | SetupOutcome,
): Completion {
  if (failure !== null) return { type: "declined", decline: failure.decline };
  const { billingDetails } = tx.get("payment_method", intent.paymentMethod ?? "");
  const payer = { ...billingDetails, email: session.customerEmail };
  const complete = tx.put("checkout_session", { ...session, status: "complete", payer });
  tx.emit("checkout.session.completed", { kind: "checkout_session", value: complete });
  return { type: "complete" };
}

/** A card that is to be charged again needs a customer to be kept with, as on Stripe. */
function withCustomer(
  tx: Transaction,
  session: CheckoutSessionRecord,
  { billingDetails }: CardEntry,
): CheckoutSessionRecord {
  const isNeeded =
    session.customerCreation === "always" ||
    (session.paymentIntentTemplate?.setupFutureUsage ?? null) !== null;
  if (session.customer !== null || !isNeeded) return session;
  const { name, address } = billingDetails;
  const customer = createCustomer(tx, { name, address, email: session.customerEmail });
  return { ...session, customer: customer.id };
}

/** The intent of an earlier, declined attempt, or a new one. */
function openPaymentIntent(tx: Transaction, session: CheckoutSessionRecord): PaymentIntentRecord {
  const earlier =
    session.paymentIntent === null ? null : tx.get("payment_intent", session.paymentIntent);
  if (earlier !== null && isUnfinished(earlier)) return earlier;
  const { currency, paymentIntentTemplate: template } = session;
  if (currency === null || template === null) throw new Error("a payment session has a currency");
  return createPaymentIntent(tx, {
    ...template,
    amount: sessionTotal(session),
    currency,
    customer: session.customer,
    paymentMethod: null,
    isAutomatic: false,
    allowedTypes: null,
  });
}

/** The session's own intent, or a new one when somebody canceled that over the API. */
function openSetupIntent(tx: Transaction, session: CheckoutSessionRecord): SetupIntentRecord {
  const own = session.setupIntent === null ? null : tx.get("setup_intent", session.setupIntent);
  if (own !== null && isUnfinished(own)) return own;
  return createSetupIntent(tx, {
    customer: session.customer,
    description: own?.description ?? null,
    metadata: own?.metadata ?? {},
    paymentMethod: null,
    usage: "off_session",
    isAutomatic: false,
    allowedTypes: null,
  });
}
