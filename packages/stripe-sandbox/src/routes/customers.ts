import type { CustomerRecord } from "../objects/customer.ts";
import { createCustomer, newCustomer } from "../payments/create-customer.ts";
import { attachPaymentMethod, resolvePaymentMethod } from "../payments/payment-methods.ts";
import type { Transaction } from "../state/transaction.ts";
import { readMetadata } from "../wire/metadata.ts";
import type { Params } from "../wire/params.ts";
import { notAllowed } from "../wire/refusal.ts";
import { cardRefused } from "./decline-replies.ts";
import { list, listRoute, matches } from "./list.ts";
import { fromPath, retrieveRoute } from "./lookup.ts";
import { readAddress } from "./read-customer-parts.ts";
import { type Call, ok, type Reply, type Route } from "./route.ts";

function create(call: Call): Reply {
  const { tx, params, render } = call;
  const unnamed = newCustomer(tx);
  attachFirst(call, unnamed.id);
  const customer = createCustomer(tx, readCustomer(tx, params, unnamed));
  return ok(render("customer", customer));
}

/** Attaches before the rest is read, since the same card may be named as the default. */
function attachFirst({ tx, params, render }: Call, customer: string): void {
  const id = params.filledText("payment_method");
  if (id === undefined) return;
  const { method, decline } = attachPaymentMethod(tx, resolvePaymentMethod(tx, id), customer);
  if (decline !== null) throw cardRefused(decline, render("payment_method", method));
}

function update(call: Call): Reply {
  const { tx, params, render } = call;
  const customer = readCustomer(tx, params, fromPath(call, "customer"));
  tx.put("customer", customer);
  tx.emit("customer.updated", { kind: "customer", value: customer });
  return ok(render("customer", customer));
}

/** The customer with what the request says of it; what was not sent stays. */
function readCustomer(tx: Transaction, params: Params, current: CustomerRecord): CustomerRecord {
  const kept = <T>(sent: T | undefined, before: T): T => (sent === undefined ? before : sent);
  return {
    ...current,
    name: kept(params.text("name"), current.name),
    email: kept(params.text("email"), current.email),
    phone: kept(params.text("phone"), current.phone),
    description: kept(params.text("description"), current.description),
    address: kept(readAddress(params), current.address),
    preferredLocales: params.texts("preferred_locales") ?? current.preferredLocales,
    taxExempt: params.choice("tax_exempt", ["exempt", "none", "reverse"]) ?? current.taxExempt,
    defaultPaymentMethod: kept(readDefault(tx, params, current.id), current.defaultPaymentMethod),
    metadata: readMetadata(params, current.metadata),
  };
}

function readDefault(tx: Transaction, params: Params, customer: string): string | null | undefined {
  const id = params.child("invoice_settings")?.text("default_payment_method");
  if (id === undefined || id === null) return id;
  if (tx.find("payment_method", id)?.customer === customer) return id;
  throw notAllowed(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: "resource_missing", param: "invoice_settings[default_payment_method]" },
  );
}

function listPaymentMethods(call: Call): Reply {
  const { id } = fromPath(call, "customer");
  const url = `/v1/customers/${id}/payment_methods`;
  call.params.choice("type", ["card"]);
  return ok(list(call, "payment_method", url, () => (method) => method.customer === id));
}

export const customerRoutes: readonly Route[] = [
  { method: "POST", path: "/v1/customers", handle: create },
  listRoute("/v1/customers", "customer", (params) => {
    const email = params.filledText("email");
    return (customer) => matches(email, customer.email);
  }),
  retrieveRoute("/v1/customers/:id", "customer"),
  { method: "POST", path: "/v1/customers/:id", handle: update },
  { method: "GET", path: "/v1/customers/:id/payment_methods", handle: listPaymentMethods },
];
