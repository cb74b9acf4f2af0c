import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import { toSeconds } from "./instant.ts";

/** One thing a checkout session sells. Its price and product exist only inside the session. */
export type LineItemRecord = {
  readonly id: string;
  readonly priceId: string;
  readonly productId: string;
  readonly name: string;
  readonly description: string | null;
  readonly metadata: Metadata;
  /** In the currency's minor unit, for one. */
  readonly unitAmount: number;
  readonly quantity: number;
  readonly currency: string;
};

/** The SDK turns the decimal texts of the wire into `Decimal`; here they are still text. */
type WirePrice = Omit<Stripe.Price, "unit_amount_decimal"> & { unit_amount_decimal: string | null };
export type WireLineItem = Omit<Stripe.LineItem, "price"> & { price: WirePrice };

export function lineTotal(item: LineItemRecord): number {
  return item.unitAmount * item.quantity;
}

export function renderLineItem(item: LineItemRecord, createdMs: number): WireLineItem {
  const total = lineTotal(item);
  return {
    id: item.id,
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency: item.currency,
    description: item.name,
    metadata: {},
    price: renderPrice(item, createdMs),
    quantity: item.quantity,
  };
}

function renderPrice(item: LineItemRecord, createdMs: number): WirePrice {
  return {
    id: item.priceId,
    object: "price",
    active: false,
    billing_scheme: "per_unit",
    created: toSeconds(createdMs),
    currency: item.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: item.productId,
    recurring: null,
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "one_time",
    unit_amount: item.unitAmount,
    unit_amount_decimal: String(item.unitAmount),
  };
}
