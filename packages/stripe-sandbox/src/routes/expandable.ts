import { renderLineItem } from "../objects/line-item.ts";
import type { Render, RenderedKind } from "../objects/render.ts";
import type { Transaction } from "../state/transaction.ts";
import type { Lookup } from "../wire/expand.ts";

/** Fields that hold the id of something, wherever they stand. */
const kinds: Readonly<Record<string, RenderedKind>> = {
  charge: "charge",
  customer: "customer",
  default_payment_method: "payment_method",
  latest_charge: "charge",
  payment_intent: "payment_intent",
  payment_method: "payment_method",
  setup_intent: "setup_intent",
};

export function createLookup(tx: Transaction, render: Render): Lookup {
  return (owner, field, id) => {
    if (field === "line_items" && owner["object"] === "checkout.session") {
      const session = tx.get("checkout_session", String(owner["id"]));
      const data = session.lineItems.map((item) => renderLineItem(item, session.createdMs));
      const url = `/v1/checkout/sessions/${session.id}/line_items`;
      return { object: "list", data, has_more: false, url };
    }
    const kind = kinds[field];
    if (kind === undefined || typeof id !== "string") return undefined;
    const value = tx.find(kind, id);
    return value && render(kind, value);
  };
}
