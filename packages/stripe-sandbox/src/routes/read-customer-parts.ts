import type { Address } from "../objects/address.ts";
import type { BillingDetails } from "../objects/payment-method.ts";
import type { Params } from "../wire/params.ts";

/** A sent address as a whole, null when sent empty, undefined when not sent. */
export function readAddress(params: Params): Address | null | undefined {
  if (params.isText("address") && params.text("address") === null) return null;
  const address = params.child("address");
  if (address === undefined) return undefined;
  return {
    city: address.text("city") ?? null,
    country: address.text("country") ?? null,
    line1: address.text("line1") ?? null,
    line2: address.text("line2") ?? null,
    postal_code: address.text("postal_code") ?? null,
    state: address.text("state") ?? null,
  };
}

export function readBillingDetails(params: Params): BillingDetails {
  const details = params.child("billing_details");
  return {
    address: (details && readAddress(details)) ?? null,
    email: details?.text("email") ?? null,
    name: details?.text("name") ?? null,
    phone: details?.text("phone") ?? null,
  };
}
