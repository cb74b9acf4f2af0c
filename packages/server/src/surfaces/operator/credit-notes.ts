import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { creditInvoice } from "#flows/correct-invoice/credit-invoice.ts";
import type { Engine } from "#flows/engine.ts";
import { BillingError } from "#kernel/error.ts";
import { creditNoteSnapshot, getInvoice, listCreditNotes } from "#modules/invoices/index.ts";
import { pageOf, readCursor } from "#platform/http/page.ts";
import { idFrom, ownedIdFrom } from "#platform/http/wire.ts";
import * as operations from "./invoice-corrections-operations.ts";
import { askedCredit } from "./invoice-corrections-wire.ts";

/** What takes back a part of an invoice, or all of it. */
export const creditNoteRoutes =
  (engine: Engine): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      "/v1/invoices/:id/credit_notes",
      operations.createCreditNote,
      ({ params, body }, reply) =>
        reply.answer(async (tx) => {
          const key = ownedIdFrom("invoice", params.id, "invoice_not_found");
          const { currency } = await getInvoice(tx, key);
          return creditNoteSnapshot(
            await creditInvoice(engine, tx, key, askedCredit(body, currency)),
          );
        }),
    );

    app.get("/v1/credit_notes", operations.listCreditNotes, (request) =>
      request.transact(async (tx) => {
        const { cursor, limit } = request.query;
        const [id, customerId] = readCursor(cursor, 2) ?? [];
        const notes = await listCreditNotes(tx, filterOf(request.query), {
          before: id === undefined || customerId === undefined ? null : { customerId, id },
          limit: limit + 1,
        });
        return pageOf(notes, limit, {
          toWire: creditNoteSnapshot,
          cursor: (note) => [note.id, note.customerId],
        });
      }),
    );

    app.get("/v1/credit_notes/:id", operations.getCreditNote, (request) =>
      request.transact(async (tx) => {
        const key = ownedIdFrom("creditNote", request.params.id, "credit_note_not_found");
        const [note] = await listCreditNotes(tx, key, { before: null, limit: 1 });
        if (note === undefined) {
          throw new BillingError("credit_note_not_found", { credit_note: request.params.id });
        }
        return creditNoteSnapshot(note);
      }),
    );
  };

function filterOf({
  customer,
  invoice,
}: {
  readonly customer?: string;
  readonly invoice?: string;
}) {
  const key =
    invoice === undefined ? undefined : ownedIdFrom("invoice", invoice, "invoice_not_found");
  const customerId =
    customer === undefined ? key?.customerId : idFrom("customer", customer, "customer_not_found");
  return {
    ...(customerId === undefined ? {} : { customerId }),
    ...(key === undefined ? {} : { invoiceId: key.id }),
  };
}
