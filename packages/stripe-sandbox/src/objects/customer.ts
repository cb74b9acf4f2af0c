import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import type { Address } from "./address.ts";
import { toSeconds } from "./instant.ts";

export type CustomerRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly description: string | null;
  readonly address: Address | null;
  readonly preferredLocales: readonly string[];
  readonly taxExempt: "exempt" | "none" | "reverse";
  readonly defaultPaymentMethod: string | null;
  readonly metadata: Metadata;
};

export function renderCustomer(customer: CustomerRecord): Stripe.Customer {
  return {
    id: customer.id,
    object: "customer",
    address: customer.address,
    balance: 0,
    created: toSeconds(customer.createdMs),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    invoice_prefix: customer.id.slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: customer.defaultPaymentMethod,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: { ...customer.metadata },
    name: customer.name,
    next_invoice_sequence: 1,
    phone: customer.phone,
    preferred_locales: [...customer.preferredLocales],
    shipping: null,
    tax_exempt: customer.taxExempt,
    test_clock: null,
  };
}
