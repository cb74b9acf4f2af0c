import { createHash } from "node:crypto";
import Stripe from "stripe";
import {
  AUTHENTICATION_REQUIRED,
  failure,
  PAYMENT_CANCELED,
  type RailPayment,
} from "#modules/payments/domain/index.ts";
import type {
  CheckoutRequest,
  Confirmation,
  Rail,
  RailAnswer,
} from "#modules/payments/rails/rail.ts";
import { minorAmount, stripeAmount } from "./amount.ts";
import { answered, failureOf, mapped } from "./failure.ts";
import { journal } from "./journal.ts";
import { moneyBack } from "./money-back.ts";
import { parseNotice } from "./notice.ts";
import { MADE_FOR, railCheckout, railPayment, railPaymentMethod } from "./objects.ts";

export interface StripeRailOptions {
  readonly apiKey: string;
  readonly webhookSecret: string;
  /** Where the API is, when it is not Stripe's own. */
  readonly host?: string;
  readonly port?: number;
  readonly protocol?: "http" | "https";
  /**
   * How requests are sent, when not over the network: the sandbox's own `fetch`, in this process.
   */
  readonly fetch?: typeof fetch;
  /** How long one request may take. */
  readonly timeoutMs?: number;
  /** How often the SDK itself sends a request again; every write carries a key. */
  readonly retriesMax?: number;
}

/** The rail through Stripe's API, by the official SDK. */
export function createStripeRail(options: StripeRailOptions): Rail {
  const stripe = stripeClient(options);
  return {
    name: "stripe",
    ...customersAndCards(stripe),
    ...checkouts(stripe),
    ...payments(stripe),
    ...moneyBack(stripe),
    ...journal(stripe),
    chargedMinor(money) {
      const amount = stripeAmount(money);
      return amount === null ? null : minorAmount(amount, money.currency);
    },
    parseNotice: (rawBody, signature, nowMs) =>
      parseNotice(stripe.webhooks, options.webhookSecret, rawBody, signature, nowMs),
  };
}

function stripeClient(options: StripeRailOptions): Stripe {
  const { host, port, protocol } = options;
  return new Stripe(options.apiKey, {
    telemetry: false,
    timeout: options.timeoutMs ?? 20_000,
    maxNetworkRetries: options.retriesMax ?? 1,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(options.fetch === undefined
      ? {}
      : { httpClient: Stripe.createFetchHttpClient(options.fetch) }),
  });
}

function customersAndCards(
  stripe: Stripe,
): Pick<
  Rail,
  "ensureCustomer" | "attachPaymentMethod" | "retrievePaymentMethod" | "detachPaymentMethod"
> {
  return {
    async ensureCustomer({ key, name, email }) {
      const made = stripe.customers.create(
        { name, metadata: { [MADE_FOR]: key }, ...(email === null ? {} : { email }) },
        { idempotencyKey: key },
      );
      return mapped(await answered(made), ({ id }) => ({ ref: id }));
    },

    async attachPaymentMethod(customerRef, token, key) {
      const attached = stripe.paymentMethods.attach(
        token,
        { customer: customerRef },
        { idempotencyKey: shortened(key) },
      );
      return mapped(await answered(attached), railPaymentMethod);
    },

    async retrievePaymentMethod(ref) {
      return mapped(await answered(stripe.paymentMethods.retrieve(ref)), railPaymentMethod);
    },

    async detachPaymentMethod(ref) {
      const answer = await answered(stripe.paymentMethods.detach(ref));
      return answer.type === "unknown" ? answer : { type: "ok", value: null };
    },
  };
}

/** A key made of what a caller sends may be longer than the 255 characters that Stripe takes. */
function shortened(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function checkouts(stripe: Stripe): Pick<Rail, "openCheckout" | "retrieveCheckout"> {
  const expand = ["setup_intent", "payment_intent"];
  return {
    async openCheckout(request) {
      const params = sessionParams(request);
      if (params === null) return notChargeable;
      const made = stripe.checkout.sessions.create(
        { ...params, expand },
        { idempotencyKey: `${request.key}:${request.generation}` },
      );
      return mapped(await answered(made), railCheckout);
    },

    async retrieveCheckout(ref) {
      return mapped(
        await answered(stripe.checkout.sessions.retrieve(ref, { expand })),
        railCheckout,
      );
    },
  };
}

const notChargeable: RailAnswer<never> = {
  type: "refused",
  code: "amount_not_chargeable",
  message: "The provider cannot charge this amount in this currency.",
};

function sessionParams(request: CheckoutRequest): Stripe.Checkout.SessionCreateParams | null {
  const { key, customerRef, payment } = request;
  const currency = request.currency.toLowerCase();
  const metadata = { [MADE_FOR]: key };
  const returnUrl = new URL(request.returnUrl);
  const common = {
    customer: customerRef,
    metadata,
    // Stripe puts the session's id where it finds these very characters, so they stay unescaped.
    success_url: `${returnUrl}${returnUrl.search === "" ? "?" : "&"}session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: request.cancelUrl,
  };
  if (payment === null) return { ...common, mode: "setup", currency };
  const amount = stripeAmount({ amountMinor: payment.amountMinor, currency: request.currency });
  if (amount === null) return null;
  const priceData = { currency, unit_amount: amount, product_data: { name: payment.description } };
  return {
    ...common,
    mode: "payment",
    line_items: [{ quantity: 1, price_data: priceData }],
    payment_intent_data: {
      metadata,
      ...(payment.keepsCard ? { setup_future_usage: "off_session" as const } : {}),
    },
  };
}

type PaymentCalls = Pick<
  Rail,
  "openPayment" | "findPayment" | "retrievePayment" | "confirmPayment" | "authenticatePayment"
>;

function payments(stripe: Stripe): PaymentCalls {
  return {
    async openPayment({ key, generation, customerRef, description, ...money }) {
      const amount = stripeAmount(money);
      if (amount === null) return notChargeable;
      const made = stripe.paymentIntents.create(
        {
          amount,
          currency: money.currency.toLowerCase(),
          customer: customerRef,
          description,
          metadata: { [MADE_FOR]: key },
          automatic_payment_methods: { enabled: true, allow_redirects: "never" },
        },
        { idempotencyKey: `${key}:open:${generation}` },
      );
      return mapped(await answered(made), railPayment);
    },

    async findPayment(customerRef, key) {
      try {
        return { type: "ok", value: await findIntent(stripe, customerRef, key) };
      } catch (error) {
        return failureOf(error);
      }
    },

    async retrievePayment(ref) {
      return mapped(await answered(stripe.paymentIntents.retrieve(ref)), railPayment);
    },

    confirmPayment: (ref, methodRef, attempt) => confirm(stripe, ref, methodRef, attempt),
    async authenticatePayment(ref, methodRef, { returnUrl, key }) {
      const confirmed = stripe.paymentIntents.confirm(
        ref,
        // A full page of the bank's, so that no script of Stripe's has to run on ours.
        { payment_method: methodRef, return_url: returnUrl, use_stripe_sdk: false },
        { idempotencyKey: key },
      );
      return mapped(await answered(confirmed), railPayment);
    },
  };
}

async function findIntent(stripe: Stripe, customer: string, key: string) {
  for await (const intent of stripe.paymentIntents.list({ customer, limit: 100 })) {
    if (intent.metadata[MADE_FOR] === key && intent.status !== "canceled") {
      return railPayment(intent);
    }
  }
  return null;
}

async function confirm(
  stripe: Stripe,
  ref: string,
  methodRef: string,
  attempt: string,
): Promise<Confirmation> {
  const params = { payment_method: methodRef, off_session: true };
  const confirmed = stripe.paymentIntents.confirm(ref, params, { idempotencyKey: attempt });
  const answer = await answered(confirmed);
  if (answer.type === "unknown") return answer;
  if (answer.type === "ok") return confirmation(railPayment(answer.value));
  return refusedConfirmation(stripe, ref, answer.code);
}

function confirmation(payment: RailPayment): Confirmation {
  const chargeRef = payment.latestChargeRef;
  switch (payment.status) {
    case "succeeded":
      return { type: "succeeded", chargeRef };
    case "needs_action":
      return { type: "needs_action", code: AUTHENTICATION_REQUIRED, chargeRef };
    case "canceled":
      return { type: "declined", code: PAYMENT_CANCELED, chargeRef };
    case "pending":
      return { type: "unknown", reason: "the bank has not answered yet" };
    case "open":
      return { type: "declined", code: payment.failureCode ?? "declined", chargeRef };
  }
}

/**
 * A refusal says why, but not always what stands: a payment that another try has meanwhile brought
 * home refuses to be confirmed again. So it is looked at once more before it counts as declined.
 */
async function refusedConfirmation(
  stripe: Stripe,
  ref: string,
  code: string,
): Promise<Confirmation> {
  const answer = await answered(stripe.paymentIntents.retrieve(ref));
  if (answer.type !== "ok") return { type: "unknown", reason: `${code}, and then no answer` };
  const payment = railPayment(answer.value);
  if (payment.status !== "open") return confirmation(payment);
  return { ...failure(code), chargeRef: payment.latestChargeRef };
}
