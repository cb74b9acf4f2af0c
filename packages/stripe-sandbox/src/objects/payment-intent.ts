import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import type { Shipping } from "./address.ts";
import { type Failure, renderFailure } from "./failure.ts";
import { toSeconds } from "./instant.ts";
import { type PendingAction, renderNextAction } from "./next-action.ts";

export const paymentCancellationReasons = [
  "abandoned",
  "duplicate",
  "fraudulent",
  "requested_by_customer",
] as const;

export type PaymentIntentRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly clientSecret: string;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly paymentMethod: string | null;
  readonly receiptEmail: string | null;
  readonly statementDescriptor: string | null;
  readonly statementDescriptorSuffix: string | null;
  readonly setupFutureUsage: "off_session" | "on_session" | null;
  readonly status:
    | "canceled"
    | "requires_action"
    | "requires_confirmation"
    | "requires_payment_method"
    | "succeeded";
  /** Where goods go; absent when nobody said. */
  readonly shipping?: Shipping;
  /** What the cardholder has to do; only while that is awaited. */
  readonly action?: PendingAction;
  readonly latestCharge: string | null;
  readonly lastFailure: Failure | null;
  readonly canceledMs: number | null;
  readonly cancellationReason: (typeof paymentCancellationReasons)[number] | null;
  readonly isAutomatic: boolean;
  readonly allowedTypes: readonly "card"[] | null;
};

/** `challengeUrl` is where the cardholder is asked who they are. */
export function renderPaymentIntent(
  intent: PaymentIntentRecord,
  challengeUrl: string,
): Stripe.PaymentIntent {
  return {
    id: intent.id,
    object: "payment_intent",
    allowed_payment_method_types: intent.allowedTypes === null ? null : [...intent.allowedTypes],
    amount: intent.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: intent.status === "succeeded" ? intent.amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: intent.isAutomatic
      ? { allow_redirects: "always", enabled: true }
      : null,
    canceled_at: intent.canceledMs === null ? null : toSeconds(intent.canceledMs),
    cancellation_reason: intent.cancellationReason,
    capture_method: "automatic_async",
    client_secret: intent.clientSecret,
    confirmation_method: "automatic",
    created: toSeconds(intent.createdMs),
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: intent.lastFailure === null ? null : renderFailure(intent.lastFailure),
    latest_charge: intent.latestCharge,
    livemode: false,
    managed_payments: null,
    metadata: { ...intent.metadata },
    next_action: renderNextAction(intent.action, challengeUrl),
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: "automatic",
      },
    },
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: intent.receiptEmail,
    review: null,
    setup_future_usage: intent.setupFutureUsage,
    shipping: intent.shipping ?? null,
    source: null,
    statement_descriptor: intent.statementDescriptor,
    statement_descriptor_suffix: intent.statementDescriptorSuffix,
    status: intent.status,
    transfer_data: null,
    transfer_group: null,
  };
}
