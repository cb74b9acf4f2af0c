import type { Json, TestApp } from "./app.ts";
import { flat, type Membership, perUnit, storyOf } from "./story.ts";

/** A route that writes, with a request that it takes. */
export interface WriteRoute {
  readonly method: "DELETE" | "PATCH" | "POST" | "PUT";
  readonly path: string;
  readonly body: Json;
  /** Whether the path names an object, which another project's token must not find. */
  readonly isOfObject: boolean;
  /** Whether it may also be sent without a body. */
  readonly mayBeEmpty: boolean;
}

export interface WriteRoutes {
  readonly routes: readonly WriteRoute[];
  /** The subscription that usage is reported for. */
  readonly subscription: Membership;
  /** One that has ended, and whose day for late usage is over. */
  readonly closed: Membership;
}

/**
 * Every route of the operator's API and the metered one that takes a body, as the server itself lists
 * them. Throws when one of them has no request here: what is new is to be tried with bad input too.
 */
export async function writeRoutesOf(shop: TestApp): Promise<WriteRoutes> {
  const story = storyOf(shop);
  const prices = [flat("10.00"), perUnit("packages", "1.00")];
  const plan = await story.publish(prices);
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  const closed = await ada.subscribes(plan);
  await closed.cancels("now");
  await ada.livesUntil("2026-01-03");
  const ids = { plan, customer: ada.id, subscription: subscription.id };
  const bodies = validBodies(ids, prices);
  const { body: api } = await shop.call("GET", "/openapi.json", { token: null });
  const routes = Object.entries<Json>(api.paths).flatMap(([path, operations]) =>
    Object.entries<Json>(operations)
      .filter(([, { requestBody }]) => requestBody !== undefined)
      .map(([method, { requestBody }]) => {
        const name = `${method.toUpperCase()} ${path}`;
        const body = bodies[name];
        if (body === undefined) throw new Error(`${name} has no request to be tried with`);
        return {
          method: method.toUpperCase() as WriteRoute["method"],
          path: path.replace(/\{\w+\}/, () => idIn(path, ids)),
          body,
          isOfObject: path.includes("{"),
          mayBeEmpty: requestBody.required !== true,
        };
      }),
  );
  return { routes, subscription, closed };
}

interface Ids {
  readonly plan: string;
  readonly customer: string;
  readonly subscription: string;
}

function idIn(path: string, ids: Ids): string {
  if (path.includes("plan_migrations")) return `mig_${"0".repeat(13)}`;
  if (path.includes("plans")) return ids.plan;
  if (path.includes("subscriptions")) return ids.subscription;
  if (path.includes("customers")) return ids.customer;
  if (path.includes("webhook_endpoints")) return `whe_${"0".repeat(13)}`;
  if (path.includes("invoice_items")) return `itm_${"0".repeat(26)}`;
  if (path.includes("payments/{id}/refunds")) return `pay_${"0".repeat(26)}`;
  if (path.includes("invoices")) return `inv_${"0".repeat(26)}`;
  return (path.includes("tokens") ? "tok_" : "dlv_") + "0".repeat(26);
}

function validBodies(ids: Ids, prices: readonly object[]): Readonly<Record<string, Json>> {
  const plan = { name: "Plan", currency: "JMD", interval: { unit: "month" }, prices };
  const billingPlan = { title: "Plan", price: 1, interval: "month", currency_code: "JMD" };
  const who = { first_name: "Ada", last_name: "Brown", email: "ada@shop.example" };
  return {
    "POST /v1/access_tokens": { name: "backend", scopes: ["billing:read"] },
    "POST /v1/access_tokens/{id}/rotate": { overlap_seconds: 60 },
    "PATCH /v1/project": { retry_days: [1, 3, 5, 7] },
    "POST /v1/plans": plan,
    "POST /v1/plans/{id}/versions": plan,
    "POST /v1/plans/{id}/archive": {},
    "POST /v1/plan_migrations": { plan: ids.plan },
    "POST /v1/plan_migrations/{id}/start": {},
    "POST /v1/plan_migrations/{id}/pause": {},
    "POST /v1/plan_migrations/{id}/resume": {},
    "POST /v1/plan_migrations/{id}/undo": {},
    "POST /v1/customers": { name: "Ada", email: "ada@shop.example" },
    "PATCH /v1/customers/{id}": { name: "Ada B." },
    "POST /v1/customers/{id}/test_clock/advance": { to: "2026-01-04T00:00:00Z" },
    "POST /v1/customers/{id}/payment_methods": { token: "pm_card_visa" },
    "POST /v1/invoices": {
      customer: ids.customer,
      lines: [{ description: "Setting up", quantity: "1", unit_amount: "1.00" }],
      collection: "charge",
    },
    "POST /v1/invoice_items": {
      customer: ids.customer,
      description: "Setting up",
      unit_amount: "1.00",
    },
    "PATCH /v1/invoice_items/{id}": { quantity: "2" },
    "POST /v1/invoices/{id}/credit_notes": { amount: "1.00", reason: "Lost", to: "balance" },
    "POST /v1/invoices/{id}/payments": { amount: "1.00", method: "cash", reference: "4711" },
    "POST /v1/payments/{id}/refunds": { amount: "1.00" },
    "POST /v1/reconciliations": { to: "2026-01-02T00:00:00Z" },
    "POST /v1/subscriptions": { customer: ids.customer, plan: ids.plan },
    "POST /v1/subscriptions/{id}/cancel": { at_period_end: true },
    "POST /v1/subscriptions/{id}/uncancel": {},
    "POST /v1/subscriptions/{id}/pause": { at_period_end: true },
    "POST /v1/subscriptions/{id}/resume": {},
    "POST /v1/subscriptions/{id}/end_trial": {},
    "POST /v1/subscriptions/{id}/renew": {},
    "POST /v1/subscriptions/{id}/change": { when: "period_end" },
    "POST /v1/usage": {
      subscription: ids.subscription,
      metric: "packages",
      quantity: "1",
      reference_id: "r",
    },
    "POST /v1/webhook_endpoints": { url: "https://hooks.example/in" },
    "PATCH /v1/webhook_endpoints/{id}": { status: "disabled" },
    "POST /v1/webhook_endpoints/{id}/rotate_secret": { overlap_seconds: 60 },
    "POST /v1/webhook_endpoints/{id}/resend_failed": { since: "2026-01-01T00:00:00Z" },
    "POST /v1/webhook_deliveries/{id}/resend": {},
    "POST /api/v1/billing_plans": billingPlan,
    "PUT /api/v1/billing_plans/{uid}": { title: "Plan" },
    "POST /api/v1/billing_subscriptions/link": { plan_uid: ids.plan, customer: who },
    "POST /api/v1/billing_subscriptions/{uid}/cancel": { at_period_end: true },
    "POST /api/v1/billing_subscriptions/{uid}/usage": { metric: "packages", metric_count: 1 },
  };
}
