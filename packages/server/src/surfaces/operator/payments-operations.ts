import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Literals } from "#platform/http/wire.ts";
import { PaymentDetailWire, PaymentWire, paymentStatuses } from "./payments-schema.ts";

const tags = ["payments"];

export const listPayments = {
  config: { scope: "billing:read", refuses: ["customer_not_found", "subscription_not_found"] },
  schema: {
    operationId: "listPayments",
    summary: "List payments, newest first",
    tags,
    querystring: PageQuery({
      customer: Type.Optional(IdString("customer")),
      subscription: Type.Optional(IdString("subscription")),
      status: Type.Optional(Literals(paymentStatuses)),
    }),
    response: { 200: Page(PaymentWire) },
  },
} as const;

export const getPayment = {
  config: { scope: "billing:read", refuses: ["payment_not_found"] },
  schema: {
    operationId: "getPayment",
    summary: "Get a payment with its attempts, refunds and disputes",
    tags,
    params: Closed({ id: IdString("payment") }),
    response: { 200: PaymentDetailWire },
  },
} as const;
