import { type Address, emptyAddress, type Shipping } from "../objects/address.ts";
import { type BillingDetails, noBillingDetails } from "../objects/payment-method.ts";
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

/** The billing details that result; what was not sent stays. */
export function readBillingDetails(
  params: Params,
  current: BillingDetails = noBillingDetails,
): BillingDetails {
  const details = params.child("billing_details");
  if (details === undefined) return current;
  const kept = <T>(sent: T | undefined, before: T): T => (sent === undefined ? before : sent);
  return {
    address: kept(readAddress(details), current.address),
    email: kept(details.text("email"), current.email),
    name: kept(details.text("name"), current.name),
    phone: kept(details.text("phone"), current.phone),
  };
}

/** Where goods go: nothing when it was not sent, so that what is known stays. */
export function readShipping(params: Params): { readonly shipping?: Shipping } {
  const sent = params.child("shipping");
  if (sent === undefined) return {};
  const shipping: Shipping = {
    address: readAddress(sent) ?? emptyAddress,
    carrier: sent.text("carrier") ?? null,
    name: sent.requiredText("name"),
    phone: sent.text("phone") ?? null,
    tracking_number: sent.text("tracking_number") ?? null,
  };
  return { shipping };
}
