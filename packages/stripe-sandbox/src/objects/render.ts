import type Stripe from "stripe";
import type { Collections } from "../state/collections.ts";
import { renderCharge } from "./charge.ts";
import { renderCheckoutSession } from "./checkout-session.ts";
import { renderCustomer } from "./customer.ts";
import { renderDispute } from "./dispute.ts";
import { type EventRecord, type EventSubject, renderEvent } from "./event.ts";
import { renderPaymentIntent } from "./payment-intent.ts";
import { renderPaymentMethod } from "./payment-method.ts";
import { renderRefund } from "./refund.ts";
import { renderSetupIntent } from "./setup-intent.ts";
import { renderWebhookEndpoint } from "./webhook-endpoint.ts";

/** What wire shapes need to know beyond the value itself. */
export type Surroundings = {
  readonly now: () => number;
  /** The base of the hosted pages' addresses. */
  readonly publicUrl: () => string;
  readonly pendingWebhookCount: (eventId: string) => number;
};

export type RenderedKind = Exclude<keyof Collections, "delivery" | "fault" | "saved_answer">;

type Rendered = {
  charge: Stripe.Charge;
  checkout_session: Stripe.Checkout.Session;
  customer: Stripe.Customer;
  dispute: Stripe.Dispute;
  event: Stripe.EventBase;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  refund: Stripe.Refund;
  setup_intent: Stripe.SetupIntent;
  webhook_endpoint: Stripe.WebhookEndpoint;
};

export type Render = <K extends RenderedKind>(kind: K, value: Collections[K]) => Rendered[K];

/** Turns any value of the state into the shape that Stripe answers. */
export function createRender({ now, publicUrl, pendingWebhookCount }: Surroundings): Render {
  const payUrl = (sessionId: string) => `${publicUrl()}/pay/${sessionId}`;
  const challengeUrl = (intentId: string) => `${publicUrl()}/pay/authenticate/${intentId}`;
  const renderers: { [K in RenderedKind]: (value: Collections[K]) => Rendered[K] } = {
    charge: renderCharge,
    checkout_session: (session) => renderCheckoutSession(session, payUrl(session.id)),
    customer: renderCustomer,
    dispute: (dispute) => renderDispute(dispute, now()),
    event: (event: EventRecord) =>
      renderEvent(event, renderSubject(event.subject), pendingWebhookCount(event.id)),
    payment_intent: (intent) => renderPaymentIntent(intent, challengeUrl(intent.id)),
    payment_method: renderPaymentMethod,
    refund: renderRefund,
    setup_intent: (intent) => renderSetupIntent(intent, challengeUrl(intent.id)),
    webhook_endpoint: renderWebhookEndpoint,
  };
  const renderSubject = ({ kind, value }: EventSubject): object =>
    (renderers[kind] as (value: EventSubject["value"]) => object)(value);
  return (kind, value) => renderers[kind](value);
}
