import { Type } from "typebox";
import { Closed, DecimalString, IdString, Literals } from "#platform/http/wire.ts";
import { InvoiceWire } from "./invoices-schema.ts";

const Line = Closed({
  description: Type.String({ minLength: 1, maxLength: 500, examples: ["Setting up"] }),
  quantity: DecimalString({ description: "Above zero", examples: ["2.5"] }),
  unit_amount: DecimalString({
    description: "What one costs; below zero it takes off from the other lines",
    examples: ["120.00"],
  }),
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
      "quantity_invalid",
    ],
  },
  schema: {
    operationId: "createInvoice",
    summary: "Charge a customer for something once, without a subscription",
    description:
      "Issues an open invoice at once. With `charge` the customer's card is charged, and tried again like any other. With `send` nothing is charged: the invoice is due after `due_days` and waits for its payment to be recorded. The customer's credit pays of it what it can.",
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
      lines: Type.Array(Line, { minItems: 1, maxItems: 1000 }),
      collection: Literals(["charge", "send"] as const),
      due_days: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 365,
          description: "Days until what is sent is due; 30 when absent",
        }),
      ),
    }),
    response: { 201: InvoiceWire },
  },
} as const;
