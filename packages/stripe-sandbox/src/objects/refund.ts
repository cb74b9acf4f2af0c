import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import { toSeconds } from "./instant.ts";

export const refundReasons = ["duplicate", "fraudulent", "requested_by_customer"] as const;

export type RefundRecord = {
  readonly id: string;
  readonly createdMs: number;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly charge: string;
  readonly paymentIntent: string;
  readonly customer: string | null;
  readonly reason: (typeof refundReasons)[number] | null;
  readonly metadata: Metadata;
  readonly status: "failed" | "pending" | "succeeded";
  /** What the card's issuer is going to say, and when; null once it has. */
  readonly settlement: { readonly atMs: number; readonly status: "failed" | "succeeded" } | null;
};

export function renderRefund(refund: RefundRecord): Stripe.Refund {
  return {
    id: refund.id,
    object: "refund",
    amount: refund.amount,
    balance_transaction: null,
    charge: refund.charge,
    created: toSeconds(refund.createdMs),
    currency: refund.currency,
    customer: refund.customer,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: "pending",
        reference_type: "acquirer_reference_number",
        type: "refund",
      },
      type: "card",
    },
    ...(refund.status === "failed" ? { failure_reason: "expired_or_canceled_card" } : {}),
    metadata: { ...refund.metadata },
    payment_intent: refund.paymentIntent,
    payment_method: null,
    ...(refund.status === "pending" ? { pending_reason: "processing" } : {}),
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}
