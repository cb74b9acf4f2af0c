import { Type } from "typebox";
import { manualPaymentMethods } from "#modules/payments/domain/index.ts";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, DecimalString, IdString, Instant, Literals } from "#platform/http/wire.ts";
import { CreditNoteWire, ManualPaymentWire } from "./invoice-corrections-schema.ts";
import { InvoiceWire } from "./invoices-schema.ts";

const tags = ["invoices"];
const params = Closed({ id: IdString("invoice") });
const refusals = ["invoice_not_found", "invoice_transition_refused", "payment_under_way"] as const;

export const voidInvoice = {
  config: { scope: "billing:write", previews: true, refuses: refusals },
  schema: {
    operationId: "voidInvoice",
    summary: "Take back an invoice of which nothing is paid",
    description:
      "It is not owed any more, and the credit that it had taken is there again. A subscription that waited for it alone is canceled. Said twice it is the same.",
    tags,
    params,
    response: { 200: InvoiceWire },
  },
} as const;

export const markInvoiceUncollectible = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [...refusals, "change_awaits_payment"],
  },
  schema: {
    operationId: "markInvoiceUncollectible",
    summary: "Give up on what is not paid of an invoice",
    description:
      "It is not charged any more and stays owed: it can still be paid by hand, credited or voided. Its subscription goes on, but one that waits to begin for just this invoice ends. Said twice it is the same. What a change awaits is paid or voided instead.",
    tags,
    params,
    response: { 200: InvoiceWire },
  },
} as const;

const Reference = Type.String({
  minLength: 1,
  maxLength: 200,
  description: "Your own name for it: recorded again with it, the first answers",
  examples: ["2026-02-03 transfer 4711"],
});

export const recordPayment = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      ...refusals,
      "amount_invalid",
      "change_awaits_payment",
      "payment_reference_reused",
      "payment_too_large",
      "time_invalid",
    ],
  },
  schema: {
    operationId: "recordPayment",
    summary: "Record money that came for an invoice outside of any provider",
    description:
      "All that is due or a part. What is more than due is refused with `payment_too_large`, which says what is; with `surplus: credit` it becomes the customer's credit.",
    tags,
    params,
    body: Closed({
      amount: DecimalString(),
      method: Literals(manualPaymentMethods),
      reference: Reference,
      paid_at: Type.Optional(Instant),
      surplus: Type.Optional(Literals(["refuse", "credit"] as const)),
    }),
    response: { 201: ManualPaymentWire },
  },
} as const;

export const listRecordedPayments = {
  config: { scope: "billing:read", refuses: ["invoice_not_found"] },
  schema: {
    operationId: "listRecordedPayments",
    summary: "List the money that came for an invoice outside of any provider, the first one first",
    tags,
    params,
    response: { 200: Closed({ data: Type.Array(ManualPaymentWire) }) },
  },
} as const;

export const createCreditNote = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      ...refusals,
      "amount_invalid",
      "change_awaits_payment",
      "credit_note_too_large",
      "invoice_line_not_found",
      "refund_too_large",
    ],
  },
  schema: {
    operationId: "createCreditNote",
    summary: "Take back a part of an invoice, or all of it",
    description:
      "Parts of some `lines`, or an `amount` over all of them in proportion; without either, all that is left. What is still due is lowered first. The rest was paid: it becomes the customer's credit, or is refunded through the provider that collected it. The invoice that a change of a subscription awaits is paid or taken back as a whole: `change_awaits_payment`.",
    tags: ["credit notes"],
    params,
    body: Closed({
      lines: Type.Optional(
        Type.Array(Closed({ line: Type.Integer({ minimum: 1 }), amount: DecimalString() }), {
          minItems: 1,
          maxItems: 1000,
        }),
      ),
      amount: Type.Optional(DecimalString()),
      reason: Type.String({ minLength: 1, maxLength: 500, examples: ["Two packages were lost"] }),
      to: Literals(["balance", "refund"] as const),
    }),
    response: { 201: CreditNoteWire },
  },
} as const;

export const listCreditNotes = {
  config: { scope: "billing:read", refuses: ["customer_not_found", "invoice_not_found"] },
  schema: {
    operationId: "listCreditNotes",
    summary: "List credit notes, newest first",
    tags: ["credit notes"],
    querystring: PageQuery({
      customer: Type.Optional(IdString("customer")),
      invoice: Type.Optional(IdString("invoice")),
    }),
    response: { 200: Page(CreditNoteWire) },
  },
} as const;

export const getCreditNote = {
  config: { scope: "billing:read", refuses: ["credit_note_not_found"] },
  schema: {
    operationId: "getCreditNote",
    summary: "Get a credit note",
    tags: ["credit notes"],
    params: Closed({ id: IdString("creditNote") }),
    response: { 200: CreditNoteWire },
  },
} as const;
