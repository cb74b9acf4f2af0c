import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import { toSeconds } from "./instant.ts";
import { type LineItemRecord, lineTotal } from "./line-item.ts";
import { type BillingDetails, renderBillingDetails } from "./payment-method.ts";

/** What a payment session passes on to the payment intent it makes. */
export type PaymentIntentTemplate = {
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly receiptEmail: string | null;
  readonly statementDescriptor: string | null;
  readonly statementDescriptorSuffix: string | null;
  readonly setupFutureUsage: "off_session" | "on_session" | null;
};

export type CheckoutSessionRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly mode: "payment" | "setup";
  readonly status: "complete" | "expired" | "open";
  readonly successUrl: string;
  readonly cancelUrl: string | null;
  readonly clientReferenceId: string | null;
  readonly customer: string | null;
  readonly customerEmail: string | null;
  readonly customerCreation: "always" | "if_required" | null;
  readonly metadata: Metadata;
  readonly currency: string | null;
  /** Empty in setup mode. */
  readonly lineItems: readonly LineItemRecord[];
  readonly submitType: "auto" | "book" | "donate" | "pay" | null;
  readonly locale: string | null;
  /** Null in setup mode. */
  readonly paymentIntentTemplate: PaymentIntentTemplate | null;
  /** Made by the first attempt to pay on the page. */
  readonly paymentIntent: string | null;
  /** Made with a session of setup mode. */
  readonly setupIntent: string | null;
  /** What the person typed on the page. */
  readonly payer: BillingDetails | null;
};

export function sessionTotal(session: CheckoutSessionRecord): number {
  return session.lineItems.reduce((total, item) => total + lineTotal(item), 0);
}

/** `payUrl` is where the session's hosted page stands. */
export function renderCheckoutSession(
  session: CheckoutSessionRecord,
  payUrl: string,
): Stripe.Checkout.Session {
  const isPayment = session.mode === "payment";
  const total = isPayment ? sessionTotal(session) : null;
  return {
    ...unusedParts(),
    id: session.id,
    object: "checkout.session",
    amount_subtotal: total,
    amount_total: total,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    created: toSeconds(session.createdMs),
    currency: session.currency,
    customer: session.customer,
    customer_creation: session.customerCreation,
    customer_details: renderCustomerDetails(session),
    customer_email: session.customerEmail,
    expires_at: toSeconds(session.expiresMs),
    livemode: false,
    locale: session.locale,
    metadata: { ...session.metadata },
    mode: session.mode,
    payment_intent: session.paymentIntent,
    payment_method_collection: isPayment ? "if_required" : "always",
    payment_status: paymentStatus(session),
    setup_intent: session.setupIntent,
    status: session.status,
    submit_type: session.submitType,
    success_url: session.successUrl,
    total_details: isPayment ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    url: session.status === "open" ? payUrl : null,
  };
}

function paymentStatus(session: CheckoutSessionRecord): Stripe.Checkout.Session.PaymentStatus {
  if (session.mode === "setup") return "no_payment_required";
  return session.status === "complete" ? "paid" : "unpaid";
}

function renderCustomerDetails(
  session: CheckoutSessionRecord,
): Stripe.Checkout.Session.CustomerDetails | null {
  if (session.payer === null && session.customerEmail === null) return null;
  const payer = session.payer === null ? null : renderBillingDetails(session.payer);
  return {
    address: payer?.address ?? null,
    business_name: null,
    email: session.customerEmail ?? payer?.email ?? null,
    individual_name: null,
    name: payer?.name ?? null,
    phone: payer?.phone ?? null,
    tax_exempt: session.status === "complete" ? "none" : null,
    tax_ids: session.status === "complete" ? [] : null,
  };
}

/** The parts of a session that stand for features the sandbox does not have. */
function unusedParts() {
  return {
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_account: null,
    discounts: [],
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    managed_payments: null,
    origin_context: null,
    payment_link: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: ["card"],
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    subscription: null,
    ui_mode: "hosted_page",
    wallet_options: null,
  } satisfies Partial<Stripe.Checkout.Session>;
}
