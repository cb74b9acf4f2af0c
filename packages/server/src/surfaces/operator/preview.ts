import { Type } from "typebox";
import type { Engine } from "#flows/engine.ts";
import { type Written, writtenHere } from "#flows/written-here.ts";
import { isoInstant } from "#kernel/clock.ts";
import { formatId, formatOwnedId, type IdType } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { invoiceSnapshot } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { paymentSnapshot } from "#modules/payments/index.ts";
import type { PreviewShape } from "#platform/http/preview.ts";
import { Closed, DecimalString, IdString, Instant } from "#platform/http/wire.ts";
import { InvoiceWire } from "./invoices-schema.ts";
import { PaymentWire } from "./payments-schema.ts";

const PostingWire = Closed(
  {
    customer: IdString("customer"),
    debit: Type.String({ examples: ["receivable"] }),
    credit: Type.String({ examples: ["revenue"] }),
    amount: DecimalString(),
    currency: Type.String({ examples: ["JMD"] }),
    source: Type.String({
      description: "The invoice, payment or other object that it is posted for",
    }),
    occurred_at: Instant,
  },
  { title: "Posting" },
);

const EventWire = Closed(
  {
    type: Type.String({ examples: ["invoice.finalized"] }),
    occurred_at: Instant,
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: "WrittenEvent" },
);

/** What a transaction writes, as previews and forecasts show it. */
export const writtenFields = {
  invoices: Type.Array(InvoiceWire, { description: "Those made, and those changed" }),
  payments: Type.Array(PaymentWire, {
    description: "What is to be collected. No card is charged for a preview, so none has failed",
  }),
  postings: Type.Array(PostingWire),
  events: Type.Array(EventWire),
};

/** Shows with the answer of a write what it does to invoices, books and the event log. */
export function operatorPreview(engine: Pick<Engine, "publicUrl" | "invoiceLinks">): PreviewShape {
  return {
    schema: (answer) => Closed({ dry_run: Type.Literal(true), answer, ...writtenFields }),
    async read(tx, answer) {
      const written = await writtenHere(tx);
      return { dry_run: true, answer, ...writtenToWire(written, engine) };
    },
  };
}

export function writtenToWire(
  { invoices, payments, transfers, events }: Written,
  { publicUrl, invoiceLinks }: Pick<Engine, "publicUrl" | "invoiceLinks">,
) {
  return {
    invoices: invoices.map((invoice) => invoiceSnapshot(invoice, invoiceLinks)),
    payments: payments.map((payment) => paymentSnapshot(payment, publicUrl)),
    postings: transfers.map(postingToWire),
    events: events.map(eventToWire),
  };
}

const idTypes: Readonly<Record<Transfer["sourceType"], IdType>> = {
  invoice: "invoice",
  payment: "payment",
  refund: "refund",
  dispute: "dispute",
  manual_payment: "manualPayment",
  credit_note: "creditNote",
};

function postingToWire(transfer: Transfer) {
  const { customerId, currency, sourceType, sourceId } = transfer;
  return {
    customer: formatId("customer", customerId),
    debit: transfer.debitAccount,
    credit: transfer.creditAccount,
    amount: formatMinor(transfer.amountMinor, currency),
    currency,
    source: formatOwnedId(idTypes[sourceType], { customerId, id: sourceId }),
    occurred_at: isoInstant(transfer.occurredAtMs),
  };
}

function eventToWire({ type, occurredAtMs, data }: Written["events"][number]) {
  return { type, occurred_at: isoInstant(occurredAtMs), data };
}
