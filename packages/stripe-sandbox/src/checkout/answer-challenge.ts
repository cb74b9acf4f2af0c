import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import { type PaymentOutcome, resumePayment } from "../payments/confirm-payment.ts";
import { resumeSetup, type SetupOutcome } from "../payments/confirm-setup.ts";
import type { Store } from "../state/store.ts";
import type { Transaction } from "../state/transaction.ts";
import { concludeSession } from "./complete-session.ts";

/** What a cardholder is asked about: the intent, and the checkout that it belongs to, if any. */
export type Challenge = {
  readonly intent:
    | { readonly kind: "payment"; readonly value: PaymentIntentRecord }
    | { readonly kind: "setup"; readonly value: SetupIntentRecord };
  readonly session: CheckoutSessionRecord | null;
};

type Reader = Pick<Store, "find" | "table">;

/** The challenge of an intent, whether or not it is still to be answered. */
export function findChallenge(store: Reader, intentId: string): Challenge | null {
  const payment = store.find("payment_intent", intentId);
  const setup = store.find("setup_intent", intentId);
  const session =
    [...store.table("checkout_session").values()].find(
      ({ paymentIntent, setupIntent }) => paymentIntent === intentId || setupIntent === intentId,
    ) ?? null;
  if (payment !== undefined) return { intent: { kind: "payment", value: payment }, session };
  return setup === undefined ? null : { intent: { kind: "setup", value: setup }, session };
}

/**
 * Takes the cardholder's answer and goes on with what waited for it. Returns where to send them: to
 * the checkout's own page again when its card was declined; null when nobody said.
 */
export function answerChallenge(
  tx: Transaction,
  { intent, session }: Challenge,
  isAuthenticated: boolean,
): { readonly location: string | null } {
  const returnUrl = intent.value.action?.returnUrl ?? null;
  const outcome =
    intent.kind === "payment"
      ? resumePayment(tx, intent.value, isAuthenticated)
      : resumeSetup(tx, intent.value, isAuthenticated);
  if (session === null) {
    return { location: returnUrl === null ? null : withOutcome(returnUrl, intent.kind, outcome) };
  }
  const completion = concludeSession(tx, session, outcome);
  const isComplete = completion.type === "complete";
  return { location: isComplete ? returnUrlOf(session) : `../${session.id}?declined` };
}

export function returnUrlOf({ id, successUrl }: CheckoutSessionRecord): string {
  return successUrl.replaceAll("{CHECKOUT_SESSION_ID}", id);
}

/** The merchant's address with what Stripe adds to it. */
function withOutcome(
  returnUrl: string,
  kind: "payment" | "setup",
  { intent, failure }: PaymentOutcome | SetupOutcome,
): string {
  const url = new URL(returnUrl);
  url.searchParams.set(`${kind}_intent`, intent.id);
  url.searchParams.set(`${kind}_intent_client_secret`, intent.clientSecret);
  url.searchParams.set("redirect_status", failure === null ? "succeeded" : "failed");
  return url.href;
}
