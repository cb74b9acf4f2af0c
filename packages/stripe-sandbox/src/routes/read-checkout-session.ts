import type { NewLineItem, SessionFrame } from "../checkout/create-session.ts";
import type { PaymentIntentTemplate } from "../objects/checkout-session.ts";
import type { Transaction } from "../state/transaction.ts";
import { readMetadata } from "../wire/metadata.ts";
import { chargeableAmount, readCurrency } from "../wire/money.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter } from "../wire/refusal.ts";
import { readWebUrl } from "../wire/urls.ts";
import { futureUsages, readCustomerId, readMethodChoice } from "./read-intent-parts.ts";

const minuteMs = 60_000;
const lifetimeMs = { min: 30 * minuteMs, max: 24 * 60 * minuteMs };
const quantityMax = 1_000_000;

export function readFrame(tx: Transaction, params: Params): SessionFrame {
  params.choice("ui_mode", ["hosted", "hosted_page"]);
  params.choice("billing_address_collection", ["auto", "required"]);
  readMethodChoice(params);
  const customer = readCustomerId(tx, params) ?? null;
  const customerEmail = params.filledText("customer_email") ?? null;
  if (customer !== null && customerEmail !== null) {
    throw invalidParameter(
      "customer_email",
      "You may only specify one of these parameters: customer, customer_email.",
      "parameters_exclusive",
    );
  }
  const creation = params.choice("customer_creation", ["always", "if_required"]);
  return {
    successUrl: readWebUrl(params, "success_url") ?? params.requiredText("success_url"),
    cancelUrl: readWebUrl(params, "cancel_url") ?? null,
    clientReferenceId: params.filledText("client_reference_id") ?? null,
    customer,
    customerEmail,
    customerCreation: customer === null ? (creation ?? "if_required") : null,
    metadata: readMetadata(params),
    expiresMs: readExpiry(params, tx.nowMs),
    locale: params.filledText("locale") ?? null,
    submitType: params.choice("submit_type", ["auto", "book", "donate", "pay"]) ?? null,
  };
}

function readExpiry(params: Params, nowMs: number): number {
  const seconds = params.integer("expires_at");
  if (seconds === undefined) return nowMs + lifetimeMs.max;
  const leftMs = seconds * 1_000 - nowMs;
  // The caller's seconds are whole, so the shortest lifetime may look a second shorter.
  if (leftMs > lifetimeMs.min - 1_000 && leftMs <= lifetimeMs.max) return seconds * 1_000;
  throw invalidParameter(
    "expires_at",
    "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
  );
}

export function readPaymentIntentTemplate(params: Params): PaymentIntentTemplate {
  const template = params.child("payment_intent_data");
  template?.choice("capture_method", ["automatic", "automatic_async"]);
  return {
    description: template?.text("description") ?? null,
    metadata: template === undefined ? {} : readMetadata(template),
    receiptEmail: template?.text("receipt_email") ?? null,
    statementDescriptor: template?.text("statement_descriptor") ?? null,
    statementDescriptorSuffix: template?.text("statement_descriptor_suffix") ?? null,
    setupFutureUsage: template?.choice("setup_future_usage", futureUsages) ?? null,
  };
}

/** One item at least, all in one currency, of a total that can be charged at once. */
export function readLineItems(params: Params): readonly [NewLineItem, ...NewLineItem[]] {
  const [first, ...others] = (params.children("line_items") ?? []).map(readLineItem);
  if (first === undefined) {
    throw invalidParameter(
      "line_items",
      "You must provide `line_items` in `payment` mode.",
      "parameter_missing",
    );
  }
  if (others.some(({ currency }) => currency !== first.currency)) {
    throw invalidParameter("line_items", "All line items must have the same currency.");
  }
  const items = [first, ...others] as const;
  const total = items.reduce((sum, item) => sum + item.unitAmount * item.quantity, 0);
  chargeableAmount(total, "line_items");
  return items;
}

function readLineItem(item: Params): NewLineItem {
  const price = item.child("price_data");
  if (price === undefined) {
    throw invalidParameter(
      item.nameOf("price_data"),
      "This sandbox has no catalog of prices: send `price_data`.",
      "parameter_missing",
    );
  }
  const product = price.child("product_data");
  return {
    currency: readCurrency(price) ?? price.requiredText("currency"),
    unitAmount: readUnitAmount(price),
    quantity: readQuantity(item),
    name: product?.requiredText("name") ?? price.requiredText("product_data"),
    description: product?.text("description") ?? null,
    metadata: product === undefined ? {} : readMetadata(product),
  };
}

function readUnitAmount(price: Params): number {
  price.choice("tax_behavior", ["exclusive", "inclusive", "unspecified"]);
  const amount = price.requiredInteger("unit_amount");
  if (amount === 0) return 0;
  return chargeableAmount(amount, price.nameOf("unit_amount"));
}

function readQuantity(item: Params): number {
  const quantity = item.integer("quantity") ?? 1;
  if (quantity >= 1 && quantity <= quantityMax) return quantity;
  throw invalidParameter(
    item.nameOf("quantity"),
    `This value must be between 1 and ${quantityMax}.`,
    "parameter_invalid_integer",
  );
}
