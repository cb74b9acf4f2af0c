import type { FaultRecord } from "../faults/fault.ts";
import type { ChargeRecord } from "../objects/charge.ts";
import type { CheckoutSessionRecord } from "../objects/checkout-session.ts";
import type { CustomerRecord } from "../objects/customer.ts";
import type { DisputeRecord } from "../objects/dispute.ts";
import type { EventRecord } from "../objects/event.ts";
import type { PaymentIntentRecord } from "../objects/payment-intent.ts";
import type { PaymentMethodRecord } from "../objects/payment-method.ts";
import type { RefundRecord } from "../objects/refund.ts";
import type { SetupIntentRecord } from "../objects/setup-intent.ts";
import type { WebhookEndpointRecord } from "../objects/webhook-endpoint.ts";

/** An event still to be delivered to an endpoint. It is dropped when delivered or given up. */
export type DeliveryRecord = {
  readonly id: string;
  readonly event: string;
  readonly endpoint: string;
  readonly attemptCount: number;
  readonly nextAttemptMs: number;
  /** A delivery to the same endpoint that is to be attempted first. */
  readonly after?: string;
};

/** One event goes to one endpoint once, so the two ids name the delivery. */
export function deliveryId(eventId: string, endpointId: string): string {
  return `${eventId}:${endpointId}`;
}

/** What a POST with an `Idempotency-Key` (the `id`) was answered, to be answered again. */
export type SavedAnswer = {
  readonly id: string;
  readonly path: string;
  /** A digest of the request's parameters. */
  readonly digest: string;
  readonly requestId: string;
  readonly status: number;
  readonly body: string;
};

/** Everything the sandbox knows: plain immutable values by kind and id. */
export type Collections = {
  charge: ChargeRecord;
  checkout_session: CheckoutSessionRecord;
  customer: CustomerRecord;
  delivery: DeliveryRecord;
  dispute: DisputeRecord;
  event: EventRecord;
  fault: FaultRecord;
  payment_intent: PaymentIntentRecord;
  payment_method: PaymentMethodRecord;
  refund: RefundRecord;
  saved_answer: SavedAnswer;
  setup_intent: SetupIntentRecord;
  webhook_endpoint: WebhookEndpointRecord;
};

export type Kind = keyof Collections;

/** One step from a state to the next. A `put` replaces the value with the same id. */
export type Change =
  | { [K in Kind]: { readonly put: K; readonly value: Collections[K] } }[Kind]
  | { readonly drop: Kind; readonly id: string };
