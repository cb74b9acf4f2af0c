import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Nullable,
} from "#platform/http/wire.ts";

const tags = ["invoice items"];
const params = Closed({ id: IdString("invoiceItem") });
const Currency = { pattern: "^[A-Z]{3}$", examples: ["JMD"] };

export const Description = Type.String({
  minLength: 1,
  maxLength: 500,
  examples: ["Setting up"],
});
export const UnitAmount = DecimalString({
  description: "What one costs; below zero it takes off",
  examples: ["120.00"],
});

const Subscription = IdString("subscription", {
  description: "On whose next invoice it goes; without one, on the customer's next invoice",
});

const InvoiceItemWire = Closed(
  {
    id: IdString("invoiceItem"),
    customer: IdString("customer"),
    subscription: Nullable(IdString("subscription")),
    status: Literals(["pending", "billed"] as const),
    description: Type.String(),
    quantity: DecimalString({ examples: ["1"] }),
    unit_amount: UnitAmount,
    amount: DecimalString({ description: "What the line comes to" }),
    currency: Type.String({ examples: ["JMD"] }),
    invoice: Nullable(IdString("invoice", { description: "The invoice that billed it" })),
    line: Nullable(Type.Integer({ minimum: 1, description: "Which of its lines" })),
    created_at: Instant,
  },
  { title: "InvoiceItem" },
);

export const createInvoiceItem = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "currency_mismatch",
      "currency_unknown",
      "customer_not_found",
      "invoice_invalid",
      "quantity_invalid",
      "subscription_closed",
      "subscription_not_found",
    ],
  },
  schema: {
    operationId: "createInvoiceItem",
    summary: "Charge something once, or take it off, with an invoice that is still to come",
    description:
      "It waits for the end of the next billing period, of the subscription or of any of the customer's, and stands there as a line of its own; an ended subscription's goes onto its final invoice. An invoice that has to be paid before anything is granted (a start, a change, a further term) takes none. `POST /v1/invoices` with `invoice_items` bills it at once. Until it is billed it moves nothing, and a dry run answers what the line comes to.",
    tags,
    body: Closed({
      customer: IdString("customer"),
      subscription: Type.Optional(Nullable(Subscription)),
      description: Description,
      quantity: Type.Optional(
        DecimalString({ description: "Above zero; 1 when absent", examples: ["2.5"] }),
      ),
      unit_amount: UnitAmount,
      currency: Type.Optional(
        Type.String({ ...Currency, description: "ISO 4217; the customer's, when absent" }),
      ),
    }),
    response: { 201: InvoiceItemWire },
  },
} as const;

export const listInvoiceItems = {
  config: { scope: "billing:read", refuses: ["customer_not_found", "subscription_not_found"] },
  schema: {
    operationId: "listInvoiceItems",
    summary: "List invoice items, newest first",
    tags,
    querystring: PageQuery({
      customer: Type.Optional(IdString("customer")),
      subscription: Type.Optional(IdString("subscription")),
      status: Type.Optional(Literals(["pending", "billed"] as const)),
    }),
    response: { 200: Page(InvoiceItemWire) },
  },
} as const;

export const getInvoiceItem = {
  config: { scope: "billing:read", refuses: ["invoice_item_not_found"] },
  schema: {
    operationId: "getInvoiceItem",
    summary: "Get an invoice item",
    tags,
    params,
    response: { 200: InvoiceItemWire },
  },
} as const;

export const updateInvoiceItem = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "invoice_invalid",
      "invoice_item_billed",
      "invoice_item_not_found",
      "quantity_invalid",
      "subscription_closed",
      "subscription_not_found",
    ],
  },
  schema: {
    operationId: "updateInvoiceItem",
    summary: "Change an invoice item that is pending; what you leave out stays as it is",
    tags,
    params,
    body: Closed({
      subscription: Type.Optional(Nullable(Subscription)),
      description: Type.Optional(Description),
      quantity: Type.Optional(DecimalString({ examples: ["2.5"] })),
      unit_amount: Type.Optional(UnitAmount),
    }),
    response: { 200: InvoiceItemWire },
  },
} as const;

export const deleteInvoiceItem = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: ["invoice_item_billed", "invoice_item_not_found"],
  },
  schema: {
    operationId: "deleteInvoiceItem",
    summary: "Delete an invoice item that is pending; answers what it was",
    tags,
    params,
    response: { 200: InvoiceItemWire },
  },
} as const;
