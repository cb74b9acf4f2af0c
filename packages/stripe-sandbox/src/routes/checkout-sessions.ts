import { createPaymentSession, createSetupSession } from "../checkout/create-session.ts";
import { expireSession } from "../checkout/expire-session.ts";
import { renderLineItem } from "../objects/line-item.ts";
import { readMetadata } from "../wire/metadata.ts";
import { readCurrency } from "../wire/money.ts";
import type { Params } from "../wire/params.ts";
import { notAllowed } from "../wire/refusal.ts";
import { listRoute, matches } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import { readFrame, readLineItems, readPaymentIntentTemplate } from "./read-checkout-session.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function create({ tx, params, render }: Call): Reply {
  const mode = params.choice("mode", ["payment", "setup"]) ?? params.requiredText("mode");
  const frame = readFrame(tx, params);
  const session =
    mode === "payment"
      ? createPaymentSession(tx, frame, readLineItems(params), readPaymentIntentTemplate(params))
      : createSetupSession(tx, frame, readSetupOptions(params));
  return ok(render("checkout_session", session));
}

function readSetupOptions(params: Params) {
  const options = params.child("setup_intent_data");
  return {
    currency: readCurrency(params) ?? null,
    description: options?.text("description") ?? null,
    metadata: options === undefined ? {} : readMetadata(options),
  };
}

function expire(call: Call): Reply {
  const session = fromPath(call, "checkout_session");
  if (session.status !== "open") {
    throw notAllowed(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  return ok(call.render("checkout_session", expireSession(call.tx, session)));
}

/** All of them at once: a session has few. */
function listLineItems(call: Call): Reply {
  const session = fromPath(call, "checkout_session");
  const url = `/v1/checkout/sessions/${session.id}/line_items`;
  call.params.integer("limit");
  const data = session.lineItems.map((item) => renderLineItem(item, session.createdMs));
  return ok({ object: "list", data, has_more: false, url });
}

export const checkoutSessionRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/checkout/sessions", handle: create },
  listRoute("/v1/checkout/sessions", "checkout_session", (params) => {
    const customer = params.filledText("customer");
    const intent = params.filledText("payment_intent");
    const status = params.choice("status", ["complete", "expired", "open"]);
    return (session) =>
      matches(customer, session.customer) &&
      matches(intent, session.paymentIntent) &&
      matches(status, session.status);
  }),
  retrieveRoute("/v1/checkout/sessions/:id", "checkout_session"),
  { method: "POST", path: "/v1/checkout/sessions/:id/expire", handle: expire },
  { method: "GET", path: "/v1/checkout/sessions/:id/line_items", handle: listLineItems },
];
