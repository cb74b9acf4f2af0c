import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import type { Engine } from "#flows/engine.ts";
import { issueOneOff, type NewOneOff } from "#flows/issue-one-off.ts";
import { invoiceSnapshot } from "#modules/invoices/index.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./one-off-invoices-operations.ts";
import { nanos } from "./wire-nanos.ts";

/** Invoices that an operator writes. */
export const oneOffInvoiceRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/invoices", operations.createInvoice, ({ body }, reply) =>
      reply.answer(async (tx) =>
        invoiceSnapshot(await issueOneOff(engine, tx, askedOneOff(body)), engine.invoiceLinks),
      ),
    );
  };

type Body = Static<(typeof operations.createInvoice)["schema"]["body"]>;

function askedOneOff(body: Body): NewOneOff {
  const { customer, currency, lines = [], invoice_items: pending = [] } = body;
  return {
    customerId: idFrom("customer", customer, "customer_not_found"),
    currency: currency ?? null,
    items: lines.map(({ description, quantity, unit_amount }) => ({
      description,
      quantity: nanos(quantity),
      unitAmount: nanos(unit_amount),
    })),
    pending: pending.map((id) => ownedIdFrom("invoiceItem", id, "invoice_item_not_found")),
    collection: body.collection ?? null,
    dueDays: body.due_days ?? null,
  };
}
