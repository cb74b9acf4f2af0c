import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import type { Engine } from "#flows/engine.ts";
import {
  changeInvoiceItem,
  forgetInvoiceItem,
  type InvoiceItemChanges,
  keepInvoiceItem,
  type NewInvoiceItem,
} from "#flows/invoice-items.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { findInvoiceItem, invoiceItemSnapshot, listInvoiceItems } from "#modules/invoices/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./invoice-items-operations.ts";
import { nanos } from "./wire-nanos.ts";

/** What is charged once with an invoice that is still to come. */
export const invoiceItemRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/invoice_items", operations.createInvoiceItem, ({ body }, reply) =>
      reply.answer(async (tx) =>
        invoiceItemSnapshot(await keepInvoiceItem(engine, tx, newItem(body))),
      ),
    );

    app.get("/v1/invoice_items", operations.listInvoiceItems, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const items = await listInvoiceItems(tx, filterOf(request.query), {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(items, limit, {
          toWire: invoiceItemSnapshot,
          cursor: (item) => [item.id, item.customerId],
        });
      }),
    );

    app.get("/v1/invoice_items/:id", operations.getInvoiceItem, (request) =>
      request.transact(async (tx) => {
        const item = await findInvoiceItem(tx, keyOf(request.params));
        if (item === null) {
          throw new BillingError("invoice_item_not_found", { invoice_item: request.params.id });
        }
        return invoiceItemSnapshot(item);
      }),
    );

    app.patch("/v1/invoice_items/:id", operations.updateInvoiceItem, ({ params, body }, reply) =>
      reply.answer(async (tx) =>
        invoiceItemSnapshot(await changeInvoiceItem(tx, keyOf(params), changesFrom(body))),
      ),
    );

    app.delete("/v1/invoice_items/:id", operations.deleteInvoiceItem, ({ params }, reply) =>
      reply.answer(async (tx) => invoiceItemSnapshot(await forgetInvoiceItem(tx, keyOf(params)))),
    );
  };

function keyOf({ id }: { readonly id: string }): OwnedId {
  return ownedIdFrom("invoiceItem", id, "invoice_item_not_found");
}

type NewBody = Static<(typeof operations.createInvoiceItem)["schema"]["body"]>;

function newItem(body: NewBody): NewInvoiceItem {
  return {
    customerId: idFrom("customer", body.customer, "customer_not_found"),
    subscription: subscriptionFrom(body.subscription ?? null),
    description: body.description,
    quantity: nanos(body.quantity ?? "1"),
    unitAmount: nanos(body.unit_amount),
    currency: body.currency ?? null,
  };
}

type ChangeBody = Static<(typeof operations.updateInvoiceItem)["schema"]["body"]>;

function changesFrom(body: ChangeBody): InvoiceItemChanges {
  const { description, quantity, unit_amount: unitAmount, subscription } = body;
  return {
    ...(subscription === undefined ? {} : { subscription: subscriptionFrom(subscription) }),
    ...(description === undefined ? {} : { description }),
    ...(quantity === undefined ? {} : { quantity: nanos(quantity) }),
    ...(unitAmount === undefined ? {} : { unitAmount: nanos(unitAmount) }),
  };
}

function subscriptionFrom(text: string | null): OwnedId | null {
  return text === null ? null : ownedIdFrom("subscription", text, "subscription_not_found");
}

interface Filters {
  readonly customer?: string;
  readonly subscription?: string;
  readonly status?: "pending" | "billed";
}

function filterOf({ customer, subscription, status }: Filters) {
  const key = subscription === undefined ? null : subscriptionFrom(subscription);
  const customerId =
    customer === undefined ? key?.customerId : idFrom("customer", customer, "customer_not_found");
  return {
    ...(customerId === undefined ? {} : { customerId }),
    ...(key === null ? {} : { subscriptionId: key.id }),
    ...(status === undefined ? {} : { isBilled: status === "billed" }),
  };
}
