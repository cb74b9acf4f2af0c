import type Stripe from "stripe";
import { apiVersion } from "../wire/version.ts";
import type { ChargeRecord } from "./charge.ts";
import type { CheckoutSessionRecord } from "./checkout-session.ts";
import type { CustomerRecord } from "./customer.ts";
import type { DisputeRecord } from "./dispute.ts";
import { toSeconds } from "./instant.ts";
import type { PaymentIntentRecord } from "./payment-intent.ts";
import type { PaymentMethodRecord } from "./payment-method.ts";
import type { RefundRecord } from "./refund.ts";
import type { SetupIntentRecord } from "./setup-intent.ts";

/** Every event the sandbox sends. */
export const eventTypes = [
  "charge.dispute.closed",
  "charge.dispute.created",
  "charge.dispute.funds_reinstated",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.updated",
  "charge.failed",
  "charge.refund.updated",
  "charge.refunded",
  "charge.succeeded",
  "checkout.session.completed",
  "checkout.session.expired",
  "customer.created",
  "customer.updated",
  "payment_intent.canceled",
  "payment_intent.created",
  "payment_intent.payment_failed",
  "payment_intent.requires_action",
  "payment_intent.succeeded",
  "payment_method.attached",
  "payment_method.automatically_updated",
  "payment_method.detached",
  "payment_method.updated",
  "refund.created",
  "refund.failed",
  "refund.updated",
  "setup_intent.canceled",
  "setup_intent.created",
  "setup_intent.requires_action",
  "setup_intent.setup_failed",
  "setup_intent.succeeded",
] as const satisfies readonly Stripe.Event.Type[];

export type EventType = (typeof eventTypes)[number];

/** The object an event is about, as it was at that moment. */
export type EventSubject =
  | { readonly kind: "charge"; readonly value: ChargeRecord }
  | { readonly kind: "checkout_session"; readonly value: CheckoutSessionRecord }
  | { readonly kind: "customer"; readonly value: CustomerRecord }
  | { readonly kind: "dispute"; readonly value: DisputeRecord }
  | { readonly kind: "payment_intent"; readonly value: PaymentIntentRecord }
  | { readonly kind: "payment_method"; readonly value: PaymentMethodRecord }
  | { readonly kind: "refund"; readonly value: RefundRecord }
  | { readonly kind: "setup_intent"; readonly value: SetupIntentRecord };

export type EventRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly type: EventType;
  readonly subject: EventSubject;
  /** The request that caused it; null when a person on the hosted page, or time, did. */
  readonly request: { readonly id: string; readonly idempotencyKey: string | null } | null;
};

/** `subject` is the event's object in its wire shape. */
export function renderEvent(
  event: EventRecord,
  subject: Stripe.Event.Data.Object,
  pendingWebhookCount: number,
): Stripe.EventBase {
  return {
    id: event.id,
    object: "event",
    api_version: apiVersion,
    created: toSeconds(event.createdMs),
    data: { object: subject },
    livemode: false,
    pending_webhooks: pendingWebhookCount,
    request: {
      id: event.request?.id ?? null,
      idempotency_key: event.request?.idempotencyKey ?? null,
    },
    type: event.type,
  };
}
