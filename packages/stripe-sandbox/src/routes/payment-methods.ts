import { findCardByToken } from "../cards/test-cards.ts";
import { checkedExpiry } from "../payments/change-card.ts";
import {
  attachPaymentMethod,
  createPaymentMethod,
  detachPaymentMethod,
  resolvePaymentMethod,
} from "../payments/payment-methods.ts";
import { readMetadata } from "../wire/metadata.ts";
import type { Params } from "../wire/params.ts";
import { invalidParameter } from "../wire/refusal.ts";
import { cardRefused } from "./decline-replies.ts";
import { listRoute } from "./list.ts";
import { fromParam, fromPath } from "./lookup.ts";
import { readBillingDetails } from "./read-customer-parts.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

/** Cards come from test tokens only: raw card numbers have no business outside the hosted page. */
function create({ tx, params, render }: Call): Reply {
  params.choice("type", ["card"]);
  const card = params.child("card");
  const token = card?.requiredText("token") ?? params.requiredText("card");
  const cardNumber = findCardByToken(token)?.number;
  if (cardNumber === undefined) {
    throw invalidParameter("card[token]", `No such token: '${token}'`, "resource_missing");
  }
  const billingDetails = readBillingDetails(params);
  const method = createPaymentMethod(tx, { cardNumber, billingDetails });
  const described = tx.put("payment_method", { ...method, metadata: readMetadata(params) });
  return ok(render("payment_method", described));
}

/** A test payment method (`pm_card_visa`) is retrieved as a new one, as on Stripe. */
function retrieve({ tx, id, render }: Call): Reply {
  return ok(render("payment_method", resolvePaymentMethod(tx, id, 404)));
}

/** A card's number never changes this way: that is another payment method. */
function update(call: Call): Reply {
  const { tx, params, render } = call;
  const method = fromPath(call, "payment_method");
  const card = params.child("card");
  const expiry = checkedExpiry(
    card?.integer("exp_month") ?? method.expiryMonth,
    card?.integer("exp_year") ?? method.expiryYear,
  );
  const billingDetails = readBillingDetails(params, method.billingDetails);
  const metadata = readMetadata(params, method.metadata);
  const updated = tx.put("payment_method", { ...method, ...expiry, billingDetails, metadata });
  tx.emit("payment_method.updated", { kind: "payment_method", value: updated });
  return ok(render("payment_method", updated));
}

function attach({ tx, id, params, render }: Call): Reply {
  const customer = fromParam(tx, "customer", params.requiredText("customer"), "customer");
  const given = resolvePaymentMethod(tx, id, 404);
  const { method, decline } = attachPaymentMethod(tx, given, customer.id);
  const body = render("payment_method", method);
  if (decline !== null) throw cardRefused(decline, body);
  return ok(body);
}

function detach(call: Call): Reply {
  const detached = detachPaymentMethod(call.tx, fromPath(call, "payment_method"));
  return ok(call.render("payment_method", detached));
}

/** Only attached payment methods are listed, so a customer must be named. */
function ofCustomer(params: Params) {
  const customer = params.requiredText("customer");
  params.choice("type", ["card"]);
  return (method: { readonly customer: string | null }) => method.customer === customer;
}

export const paymentMethodRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/payment_methods", handle: create },
  listRoute("/v1/payment_methods", "payment_method", ofCustomer),
  { method: "GET", path: "/v1/payment_methods/:id", handle: retrieve },
  { method: "POST", path: "/v1/payment_methods/:id", handle: update },
  { method: "POST", path: "/v1/payment_methods/:id/attach", handle: attach },
  { method: "POST", path: "/v1/payment_methods/:id/detach", handle: detach },
];
