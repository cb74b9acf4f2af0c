import { Type } from "typebox";
import { NET_DAYS_MAX } from "#modules/invoices/domain/index.ts";
import { Closed, DecimalString, IdString } from "#platform/http/wire.ts";
import { Description, UnitAmount } from "./invoice-items-operations.ts";
import { InvoiceWire } from "./invoices-schema.ts";
import { Collection } from "./payment-terms-wire.ts";

const Line = Closed({
  description: Description,
  quantity: DecimalString({ description: "Above zero", examples: ["2.5"] }),
  unit_amount: UnitAmount,
});

export const createInvoice = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "currency_mismatch",
      "currency_unknown",
      "customer_not_found",
      "invoice_invalid",
      "invoice_item_billed",
      "invoice_item_not_found",
      "quantity_invalid",
    ],
  },
  schema: {
    operationId: "createInvoice",
    summary: "Charge a customer for something once, without a subscription",
    description:
      "Issues an open invoice at once. With `charge` the customer's card is charged, and tried again like any other. With `send` nothing is charged: the invoice is due after `due_days`, and waits to be paid at its `payment_url` or for its payment to be recorded. Without either word the customer's terms hold. The customer's credit pays of it what it can.",
    tags: ["invoices"],
    body: Closed({
      customer: IdString("customer"),
      currency: Type.Optional(
        Type.String({
          pattern: "^[A-Z]{3}$",
          description: "ISO 4217; the customer's, when absent",
          examples: ["JMD"],
        }),
      ),
      lines: Type.Optional(Type.Array(Line, { minItems: 1, maxItems: 1000 })),
      invoice_items: Type.Optional(
        Type.Array(IdString("invoiceItem"), {
          minItems: 1,
          maxItems: 1000,
          uniqueItems: true,
          description: "Pending items of the customer that are billed now, after the lines",
        }),
      ),
      collection: Type.Optional(Collection),
      due_days: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: NET_DAYS_MAX,
          description: "Days of its calendar until what is sent is due; the customer's when absent",
        }),
      ),
    }),
    response: { 201: InvoiceWire },
  },
} as const;
