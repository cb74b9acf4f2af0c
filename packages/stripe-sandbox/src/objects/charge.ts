import type Stripe from "stripe";
import type { Decline } from "../cards/declines.ts";
import type { Metadata } from "../wire/metadata.ts";
import type { Shipping } from "./address.ts";
import { toSeconds } from "./instant.ts";
import { cardFacts, type PaymentMethodRecord, renderBillingDetails } from "./payment-method.ts";

export type ChargeRecord = {
  readonly id: string;
  readonly createdMs: number;
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly paymentIntent: string;
  /** The card as it was when it was charged. */
  readonly paymentMethod: PaymentMethodRecord;
  readonly receiptEmail: string | null;
  /** Why the issuer refused; null when the money moved. */
  readonly decline: Decline | null;
  readonly shipping?: Shipping;
  /** Whether the cardholder proved who they are. */
  readonly isAuthenticated?: boolean;
  /** In the currency's minor unit; absent until the first refund. */
  readonly amountRefunded?: number;
  /** The id of its dispute, if there ever was one. */
  readonly dispute?: string;
};

/** What is left of a charge to give back. */
export function refundableAmount({ amount, amountRefunded = 0, decline }: ChargeRecord): number {
  return decline === null ? amount - amountRefunded : 0;
}

export function renderCharge(charge: ChargeRecord): Stripe.Charge {
  const { decline, paymentMethod } = charge;
  const isPaid = decline === null;
  return {
    id: charge.id,
    object: "charge",
    amount: charge.amount,
    amount_captured: isPaid ? charge.amount : 0,
    amount_refunded: charge.amountRefunded ?? 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: renderBillingDetails(paymentMethod.billingDetails),
    calculated_statement_descriptor: null,
    captured: isPaid,
    created: toSeconds(charge.createdMs),
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    disputed: charge.dispute !== undefined,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...charge.metadata },
    on_behalf_of: null,
    outcome: decline === null ? authorized : declinedOutcome(decline),
    paid: isPaid,
    payment_intent: charge.paymentIntent,
    payment_method: paymentMethod.id,
    payment_method_details: { card: renderChargedCard(charge), type: "card" },
    receipt_email: charge.receiptEmail,
    receipt_number: null,
    receipt_url: null,
    refunded: isPaid && refundableAmount(charge) === 0,
    review: null,
    shipping: charge.shipping ?? null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isPaid ? "succeeded" : "failed",
    transfer_data: null,
    transfer_group: null,
  };
}

const authenticated: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: "challenge",
  electronic_commerce_indicator: "05",
  exemption_indicator: null,
  result: "authenticated",
  result_reason: null,
  transaction_id: null,
  version: "2.2.0",
};

const authorized: Stripe.Charge.Outcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: "approved_by_network",
  reason: null,
  risk_level: "normal",
  risk_score: 20,
  seller_message: "Payment complete.",
  type: "authorized",
};

function declinedOutcome(decline: Decline): Stripe.Charge.Outcome {
  return {
    ...authorized,
    network_status: "declined_by_network",
    reason: decline.declineCode ?? decline.code,
    seller_message: "The bank did not return any further details with this decline.",
    type: "issuer_declined",
  };
}

function renderChargedCard(charge: ChargeRecord): Stripe.Charge.PaymentMethodDetails.Card {
  const card = cardFacts(charge.paymentMethod);
  return {
    ...card,
    amount_authorized: charge.decline === null ? charge.amount : null,
    authorization_code: null,
    electronic_commerce_indicator: null,
    installments: null,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    three_d_secure: charge.isAuthenticated === true ? authenticated : null,
    transaction_link_id: null,
  };
}
