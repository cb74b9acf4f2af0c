import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, DecimalString, IdString, Literals } from "#platform/http/wire.ts";
import { RefundWire, refundStatuses } from "./payments-schema.ts";

const tags = ["refunds"];

export const createRefund = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "amount_invalid",
      "payment_not_collected",
      "payment_not_found",
      "payment_under_way",
      "refund_too_large",
    ],
    emptyBody: true,
  },
  schema: {
    operationId: "createRefund",
    summary: "Give back money of a payment",
    description:
      "Through the provider that collected it: a part, or without an `amount` all that is left. What was " +
      "charged stays as it is, and no invoice changes: to take that back, too, make a credit note. Never " +
      "more than is left after refunds, credit notes, credits of changes and disputes. It is `pending` " +
      "until the provider has answered.",
    tags,
    params: Closed({ id: IdString("payment") }),
    body: Closed({
      amount: Type.Optional(DecimalString()),
      reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, examples: ["Goodwill"] })),
    }),
    response: { 201: RefundWire },
  },
} as const;

export const listRefunds = {
  config: { scope: "billing:read", refuses: ["customer_not_found", "payment_not_found"] },
  schema: {
    operationId: "listRefunds",
    summary: "List refunds, newest first",
    tags,
    querystring: PageQuery({
      customer: Type.Optional(IdString("customer")),
      payment: Type.Optional(IdString("payment")),
      status: Type.Optional(Literals(refundStatuses)),
    }),
    response: { 200: Page(RefundWire) },
  },
} as const;

export const getRefund = {
  config: { scope: "billing:read", refuses: ["refund_not_found"] },
  schema: {
    operationId: "getRefund",
    summary: "Get a refund",
    tags,
    params: Closed({ id: IdString("refund") }),
    response: { 200: RefundWire },
  },
} as const;
