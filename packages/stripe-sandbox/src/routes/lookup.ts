import type { RenderedKind } from "../objects/render.ts";
import type { Collections } from "../state/collections.ts";
import type { Transaction } from "../state/transaction.ts";
import { missingResource } from "../wire/refusal.ts";
import { type Call, ok, type Route } from "./route.ts";

/** How an error message names a kind of thing, and which parameter it blames for an id in the path. */
const nouns = {
  charge: { noun: "charge", param: "id" },
  checkout_session: { noun: "checkout.session", param: "session" },
  customer: { noun: "customer", param: "id" },
  dispute: { noun: "dispute", param: "dispute" },
  event: { noun: "event", param: "id" },
  payment_intent: { noun: "payment_intent", param: "intent" },
  payment_method: { noun: "PaymentMethod", param: "payment_method" },
  refund: { noun: "refund", param: "refund" },
  setup_intent: { noun: "setupintent", param: "intent" },
  webhook_endpoint: { noun: "webhook endpoint", param: "id" },
} as const satisfies Record<RenderedKind, { noun: string; param: string }>;

/** What the path names. @throws Refusal 404 `resource_missing`. */
export function fromPath<K extends RenderedKind>({ tx, id }: Call, kind: K): Collections[K] {
  const { noun, param } = nouns[kind];
  const value = tx.find(kind, id);
  if (value === undefined) throw missingResource(noun, id, param, 404);
  return value;
}

/** What a parameter names. @throws Refusal 400 `resource_missing`. */
export function fromParam<K extends RenderedKind>(
  tx: Transaction,
  kind: K,
  id: string,
  param: string,
): Collections[K] {
  const value = tx.find(kind, id);
  if (value === undefined) throw missingResource(nouns[kind].noun, id, param, 400);
  return value;
}

export function retrieveRoute(path: string, kind: RenderedKind): Route {
  return {
    method: "GET",
    path,
    handle: (call) => ok(call.render(kind, fromPath(call, kind))),
  };
}
