import type { Static } from "typebox";
import type { NewCreditNote } from "#flows/correct-invoice/credit-invoice.ts";
import type { ReceivedMoney } from "#flows/correct-invoice/pay-invoice.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { parseInstant } from "#platform/http/wire.ts";
import type { createCreditNote, recordPayment } from "./invoice-corrections-operations.ts";
import { amountMinorFrom } from "./wire-amount.ts";

type CreditBody = Static<(typeof createCreditNote)["schema"]["body"]>;

export function askedCredit(body: CreditBody, currency: Currency): NewCreditNote {
  const { lines, amount, reason, to } = body;
  if (lines === undefined) {
    const amountMinor = amount === undefined ? null : amountMinorFrom(amount, currency);
    return { what: { amountMinor }, reason, to };
  }
  if (amount !== undefined) {
    const message = "either lines or an amount";
    throw new BillingError("body_invalid", { errors: [{ path: "/amount", message }] });
  }
  const asked = lines.map((line) => ({
    lineNumber: line.line,
    amountMinor: amountMinorFrom(line.amount, currency),
  }));
  return { what: { lines: asked }, reason, to };
}

type PaymentBody = Static<(typeof recordPayment)["schema"]["body"]>;

export function receivedMoney(body: PaymentBody, currency: Currency): ReceivedMoney {
  return {
    amountMinor: amountMinorFrom(body.amount, currency),
    method: body.method,
    reference: body.reference,
    paidAtMs: body.paid_at === undefined ? null : parseInstant(body.paid_at),
    keepsSurplus: body.surplus === "credit",
  };
}
