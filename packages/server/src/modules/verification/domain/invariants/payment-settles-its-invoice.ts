import { ownedKey } from "#kernel/ids.ts";
import { amountDueMinor } from "#modules/invoices/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, PaymentFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";
import { invoiceKey, payingInvoices } from "./invoice-of-line.ts";

export const paymentSettlesItsInvoice: Invariant = {
  name: "payment_settles_its_invoice",
  states: "An invoice with something to pay is paid if and only if its payment succeeded.",
  find: ({ invoices, payments }) =>
    pairs(invoices, ownedKey, payingInvoices(payments), invoiceKey).flatMap(compare),
};

function compare({ left: [invoice], right: payments }: Pair<InvoiceFact, PaymentFact>): Finding[] {
  if (invoice === undefined || amountDueMinor(invoice) === 0n) return [];
  const isCollected = payments.some(({ status }) => status === "succeeded");
  if (isCollected === (invoice.status === "paid")) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: isCollected ? "paid, as its payment succeeded" : "not paid: no payment succeeded",
      found: invoice.status,
    },
  ];
}
