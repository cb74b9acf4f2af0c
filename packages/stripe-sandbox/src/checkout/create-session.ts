import type { CheckoutSessionRecord, PaymentIntentTemplate } from "../objects/checkout-session.ts";
import type { LineItemRecord } from "../objects/line-item.ts";
import { createSetupIntent } from "../payments/intents.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Metadata } from "../wire/metadata.ts";

/** What both modes of a session share and the caller decides. */
export type SessionFrame = Pick<
  CheckoutSessionRecord,
  | "cancelUrl"
  | "clientReferenceId"
  | "customer"
  | "customerCreation"
  | "customerEmail"
  | "expiresMs"
  | "locale"
  | "metadata"
  | "submitType"
  | "successUrl"
>;

export type NewLineItem = Omit<LineItemRecord, "id" | "priceId" | "productId">;

export function createPaymentSession(
  tx: Transaction,
  frame: SessionFrame,
  items: readonly [NewLineItem, ...NewLineItem[]],
  paymentIntentTemplate: PaymentIntentTemplate,
): CheckoutSessionRecord {
  return tx.put("checkout_session", {
    ...frame,
    ...begun(tx),
    mode: "payment",
    currency: items[0].currency,
    lineItems: items.map((item) => ({
      ...item,
      id: tx.mint("li_"),
      priceId: tx.mint("price_"),
      productId: tx.mint("prod_", 14),
    })),
    paymentIntentTemplate,
    setupIntent: null,
  });
}

type SetupOptions = {
  readonly currency: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
};

export function createSetupSession(
  tx: Transaction,
  frame: SessionFrame,
  { currency, description, metadata }: SetupOptions,
): CheckoutSessionRecord {
  const setupIntent = createSetupIntent(tx, {
    customer: frame.customer,
    description,
    metadata,
    paymentMethod: null,
    usage: "off_session",
    isAutomatic: false,
    allowedTypes: null,
  });
  return tx.put("checkout_session", {
    ...frame,
    ...begun(tx),
    mode: "setup",
    currency,
    lineItems: [],
    paymentIntentTemplate: null,
    setupIntent: setupIntent.id,
  });
}

function begun(tx: Transaction) {
  return {
    id: tx.mint("cs_test_", 40),
    createdMs: tx.nowMs,
    status: "open",
    paymentIntent: null,
    payer: null,
  } as const;
}
