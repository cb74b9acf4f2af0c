import type Stripe from "stripe";
import { assert } from "#kernel/assert.ts";
import { SECOND_MS } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { Money } from "#kernel/money.ts";
import type { RailDispute, RailPayment, RailRefund } from "#modules/payments/domain/index.ts";
import type { RailCharge, RailCheckout, RailPaymentMethod } from "#modules/payments/rails/rail.ts";
import { minorAmount } from "./amount.ts";

/** The metadata key under which each object at Stripe carries our own id. */
export const MADE_FOR = "farthing_id";

// A status that a newer API invents has no outcome yet, as far as anyone here can tell.
const PAYMENT_STATUS: Readonly<Record<Stripe.PaymentIntent.Status, RailPayment["status"]>> = {
  requires_payment_method: "open",
  requires_confirmation: "open",
  requires_action: "needs_action",
  processing: "pending",
  requires_capture: "pending",
  succeeded: "succeeded",
  canceled: "canceled",
};

const CHECKOUT_STATUS: Readonly<Record<Stripe.Checkout.Session.Status, RailCheckout["status"]>> = {
  open: "open",
  complete: "completed",
  expired: "expired",
};

export function railPayment(intent: Stripe.PaymentIntent): RailPayment {
  const failure = intent.last_payment_error;
  return {
    ref: intent.id,
    madeFor: intent.metadata[MADE_FOR] ?? null,
    status: PAYMENT_STATUS[intent.status] ?? "pending",
    latestChargeRef: idOf(intent.latest_charge),
    failureCode: failure?.decline_code ?? failure?.code ?? null,
    actionUrl: intent.next_action?.redirect_to_url?.url ?? null,
    ...moneyOf(intent),
  };
}

/** `session` has its setup intent and its payment intent expanded. */
export function railCheckout(session: Stripe.Checkout.Session): RailCheckout {
  const setup = expanded(session.setup_intent);
  const payment = expanded(session.payment_intent);
  const isCompleted = session.status === "complete";
  return {
    ref: session.id,
    madeFor: session.metadata?.[MADE_FOR] ?? null,
    status: CHECKOUT_STATUS[session.status ?? "open"] ?? "open",
    url: session.url,
    paymentMethodRef: isCompleted
      ? idOf(setup?.payment_method ?? payment?.payment_method ?? null)
      : null,
    payment: payment === null ? null : railPayment(payment),
  };
}

export function railPaymentMethod(method: Stripe.PaymentMethod): RailPaymentMethod {
  const { card } = method;
  return {
    ref: method.id,
    brand: card?.brand ?? method.type,
    last4: card?.last4 ?? "",
    expMonth: card?.exp_month ?? 0,
    expYear: card?.exp_year ?? 0,
  };
}

// A status that a newer API invents is not decided yet, as far as anyone here can tell.
const REFUND_STATUS: ReadonlyMap<string | null, RailRefund["status"]> = new Map([
  ["succeeded", "succeeded"],
  ["failed", "failed"],
  ["canceled", "failed"],
]);

export function railRefund(refund: Stripe.Refund): RailRefund {
  return {
    ref: refund.id,
    madeFor: refund.metadata?.[MADE_FOR] ?? null,
    paymentRef: idOf(refund.payment_intent),
    status: REFUND_STATUS.get(refund.status) ?? "pending",
    reason: refund.reason,
    failureCode: refund.failure_reason ?? null,
    createdMs: refund.created * SECOND_MS,
    ...moneyOf(refund),
  };
}

// What only warns takes no money yet; one that was let rest, or prevented, never does.
const DISPUTE_STATUS: Readonly<Record<string, RailDispute["status"]>> = {
  warning_needs_response: "inquiry",
  warning_under_review: "inquiry",
  warning_closed: "won",
  prevented: "won",
  won: "won",
  lost: "lost",
};

export function railDispute(dispute: Stripe.Dispute): RailDispute {
  return {
    ref: dispute.id,
    paymentRef: idOf(dispute.payment_intent),
    status: DISPUTE_STATUS[dispute.status] ?? "open",
    reason: dispute.reason,
    ...moneyOf(dispute),
  };
}

export function railCharge(charge: Stripe.Charge): RailCharge {
  return {
    ref: charge.id,
    paymentRef: idOf(charge.payment_intent),
    madeFor: charge.metadata[MADE_FOR] ?? null,
    createdMs: charge.created * SECOND_MS,
    ...moneyOf(charge),
  };
}

function moneyOf(object: { readonly amount: number; readonly currency: string }): Money {
  const currency: Currency = object.currency.toUpperCase();
  return { amountMinor: minorAmount(object.amount, currency), currency };
}

function idOf(reference: string | { readonly id: string } | null): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}

function expanded<Value extends object>(reference: string | Value | null): Value | null {
  assert(typeof reference !== "string", "what is read here was asked for in full");
  return reference;
}
