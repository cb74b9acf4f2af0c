import { createHash } from "node:crypto";
import type Stripe from "stripe";
import { getCard } from "../cards/test-cards.ts";
import type { Metadata } from "../wire/metadata.ts";
import { type Address, emptyAddress } from "./address.ts";
import { toSeconds } from "./instant.ts";

export type BillingDetails = {
  readonly address: Address | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
};

export const noBillingDetails: BillingDetails = {
  address: null,
  email: null,
  name: null,
  phone: null,
};

export type PaymentMethodRecord = {
  readonly id: string;
  readonly createdMs: number;
  /** The public test card behind it. No other number is ever kept. */
  readonly cardNumber: string;
  readonly expiryMonth: number;
  readonly expiryYear: number;
  readonly billingDetails: BillingDetails;
  /** The customer it is attached to. */
  readonly customer: string | null;
  /** True once detached, or charged without being attached: Stripe never lets it be used again. */
  readonly isSpent: boolean;
  /** True once its holder has agreed, authenticated, to charges in their absence. */
  readonly isSetUp?: boolean;
  readonly metadata: Metadata;
};

export function renderBillingDetails(details: BillingDetails) {
  return { ...details, address: details.address ?? { ...emptyAddress }, tax_id: null };
}

/** The same for every payment method made from the same card. */
function fingerprint(cardNumber: string): string {
  return createHash("sha256").update(cardNumber).digest("hex").slice(0, 16);
}

/** What a payment method and a charge both tell of a card. */
export function cardFacts(method: PaymentMethodRecord) {
  const { brand, number } = getCard(method.cardNumber);
  return {
    brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: method.billingDetails.address?.postal_code ? "pass" : null,
      cvc_check: "pass",
    },
    country: "US",
    exp_month: method.expiryMonth,
    exp_year: method.expiryYear,
    fingerprint: fingerprint(number),
    funding: "credit",
    last4: number.slice(-4),
    regulated_status: "unregulated",
    wallet: null,
  } as const;
}

export function renderPaymentMethod(method: PaymentMethodRecord): Stripe.PaymentMethod {
  const card = cardFacts(method);
  return {
    id: method.id,
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: renderBillingDetails(method.billingDetails),
    card: {
      ...card,
      display_brand: card.brand === "amex" ? "american_express" : card.brand,
      generated_from: null,
      networks: { available: [card.brand], preferred: null },
      three_d_secure_usage: { supported: true },
    },
    created: toSeconds(method.createdMs),
    customer: method.customer,
    customer_account: null,
    livemode: false,
    metadata: { ...method.metadata },
    type: "card",
  };
}
