import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString } from "#platform/http/wire.ts";
import { ExplanationWire, InvoiceWire } from "./invoices-schema.ts";

const tags = ["invoices"];

export const listInvoices = {
  config: { scope: "billing:read", refuses: ["customer_not_found", "subscription_not_found"] },
  schema: {
    operationId: "listInvoices",
    summary: "List invoices, newest first",
    tags,
    querystring: PageQuery({
      customer: Type.Optional(IdString("customer")),
      subscription: Type.Optional(IdString("subscription")),
    }),
    response: { 200: Page(InvoiceWire) },
  },
} as const;

export const getInvoice = {
  config: { scope: "billing:read", refuses: ["invoice_not_found"] },
  schema: {
    operationId: "getInvoice",
    summary: "Get an invoice with its lines",
    tags,
    params: Closed({ id: IdString("invoice") }),
    response: { 200: InvoiceWire },
  },
} as const;

export const explainInvoiceLine = {
  config: { scope: "billing:read", refuses: ["invoice_not_found", "invoice_line_not_found"] },
  schema: {
    operationId: "explainInvoiceLine",
    summary: "Explain a line down to its usage events, and compute it again",
    tags,
    params: Closed({ id: IdString("invoice"), line: Type.Integer({ minimum: 1 }) }),
    querystring: Closed({
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 20 }),
      cursor: Type.Optional(Type.String({ maxLength: 1000 })),
    }),
    response: { 200: ExplanationWire },
  },
} as const;
