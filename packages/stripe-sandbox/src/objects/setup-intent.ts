import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import { type Failure, renderFailure } from "./failure.ts";
import { toSeconds } from "./instant.ts";
import { type PendingAction, renderNextAction } from "./next-action.ts";

export const setupCancellationReasons = [
  "abandoned",
  "duplicate",
  "requested_by_customer",
] as const;

export type SetupIntentRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly clientSecret: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly paymentMethod: string | null;
  readonly status:
    | "canceled"
    | "requires_action"
    | "requires_confirmation"
    | "requires_payment_method"
    | "succeeded";
  /** What the cardholder has to do; only while that is awaited. */
  readonly action?: PendingAction;
  readonly usage: "off_session" | "on_session";
  readonly cancellationReason: (typeof setupCancellationReasons)[number] | null;
  readonly lastFailure: Failure | null;
  readonly isAutomatic: boolean;
  readonly allowedTypes: readonly "card"[] | null;
};

/** `challengeUrl` is where the cardholder is asked who they are. */
export function renderSetupIntent(
  intent: SetupIntentRecord,
  challengeUrl: string,
): Stripe.SetupIntent {
  return {
    id: intent.id,
    object: "setup_intent",
    allowed_payment_method_types: intent.allowedTypes === null ? null : [...intent.allowedTypes],
    application: null,
    automatic_payment_methods: intent.isAutomatic
      ? { allow_redirects: "always", enabled: true }
      : null,
    cancellation_reason: intent.cancellationReason,
    client_secret: intent.clientSecret,
    created: toSeconds(intent.createdMs),
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: intent.lastFailure === null ? null : renderFailure(intent.lastFailure),
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: { ...intent.metadata },
    next_action: renderNextAction(intent.action, challengeUrl),
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: intent.status,
    usage: intent.usage,
  };
}
