import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { payInvoice } from "#flows/correct-invoice/pay-invoice.ts";
import { markInvoiceUncollectible, voidInvoice } from "#flows/correct-invoice/void-invoice.ts";
import type { Engine } from "#flows/engine.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { getInvoice, invoiceSnapshot } from "#modules/invoices/index.ts";
import { listManualPayments, manualPaymentSnapshot } from "#modules/payments/index.ts";
import { ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./invoice-corrections-operations.ts";
import { receivedMoney } from "./invoice-corrections-wire.ts";

/** What an invoice can go through once it is issued. */
export const invoiceCorrectionRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post("/v1/invoices/:id/void", operations.voidInvoice, ({ params }, reply) =>
      reply.answer(async (tx) =>
        invoiceSnapshot(await voidInvoice(engine, tx, invoiceOf(params)), engine.invoiceLinks),
      ),
    );

    app.post(
      "/v1/invoices/:id/mark_uncollectible",
      operations.markInvoiceUncollectible,
      ({ params }, reply) =>
        reply.answer(async (tx) =>
          invoiceSnapshot(
            await markInvoiceUncollectible(engine, tx, invoiceOf(params)),
            engine.invoiceLinks,
          ),
        ),
    );

    app.post("/v1/invoices/:id/payments", operations.recordPayment, ({ params, body }, reply) =>
      reply.answer(async (tx) => {
        const key = invoiceOf(params);
        const { currency } = await getInvoice(tx, key);
        return manualPaymentSnapshot(
          await payInvoice(engine, tx, key, receivedMoney(body, currency)),
        );
      }),
    );

    app.get("/v1/invoices/:id/payments", operations.listRecordedPayments, (request) =>
      request.transact(async (tx) => {
        const invoice = await getInvoice(tx, invoiceOf(request.params));
        return { data: (await listManualPayments(tx, invoice)).map(manualPaymentSnapshot) };
      }),
    );
  };

function invoiceOf({ id }: { readonly id: string }): OwnedId {
  return ownedIdFrom("invoice", id, "invoice_not_found");
}
