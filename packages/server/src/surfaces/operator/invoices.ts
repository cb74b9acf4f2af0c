import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Engine } from "#flows/engine.ts";
import { explainInvoiceLine } from "#flows/explain-line.ts";
import { getInvoice, invoiceSnapshot, listInvoices } from "#modules/invoices/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./invoices-operations.ts";
import { explanationToWire } from "./invoices-wire.ts";

/** Invoices and what stands behind each of their lines. */
export const invoiceRoutes =
  ({ invoiceLinks }: Pick<Engine, "invoiceLinks">): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get("/v1/invoices", operations.listInvoices, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const invoices = await listInvoices(tx, filterOf(request.query), {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(invoices, limit, {
          toWire: (invoice) => invoiceSnapshot(invoice, invoiceLinks),
          cursor: (invoice) => [invoice.id, invoice.customerId],
        });
      }),
    );

    app.get("/v1/invoices/:id", operations.getInvoice, (request) =>
      request.transact(async (tx) =>
        invoiceSnapshot(await getInvoice(tx, keyOf(request.params)), invoiceLinks),
      ),
    );

    app.get("/v1/invoices/:id/lines/:line/explain", operations.explainInvoiceLine, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const explained = await explainInvoiceLine(tx, {
          invoice: keyOf(request.params),
          lineNumber: request.params.line,
          cursor: cursor ?? null,
          limit,
        });
        return explanationToWire(explained);
      }),
    );
  };

function keyOf({ id }: { readonly id: string }) {
  return ownedIdFrom("invoice", id, "invoice_not_found");
}

function filterOf({ customer, subscription }: { customer?: string; subscription?: string }) {
  const customerId =
    customer === undefined ? undefined : idFrom("customer", customer, "customer_not_found");
  if (subscription === undefined) return customerId === undefined ? {} : { customerId };
  const key = ownedIdFrom("subscription", subscription, "subscription_not_found");
  return { customerId: customerId ?? key.customerId, subscriptionId: key.id };
}
