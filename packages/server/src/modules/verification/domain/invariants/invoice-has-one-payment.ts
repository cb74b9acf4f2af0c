import { ownedKey } from "#kernel/ids.ts";
import { amountDueMinor } from "#modules/invoices/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, PaymentFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { invoiceName, minorText, paymentName } from "#modules/verification/domain/names.ts";
import { invoiceKey, payingInvoices } from "./invoice-of-line.ts";

export const invoiceHasOnePayment: Invariant = {
  name: "invoice_has_one_payment",
  states:
    "What is left to pay of an open invoice is collected by one payment, unless it was sent to be paid; nothing collects what is paid or void.",
  find: ({ invoices, payments }) =>
    pairs(invoices, ownedKey, payingInvoices(payments), invoiceKey).flatMap(compare),
};

function compare({ left: [invoice], right: payments }: Pair<InvoiceFact, PaymentFact>): Finding[] {
  if (invoice === undefined) {
    return payments.map((payment) => ({
      ...paymentName(payment),
      expected: "an invoice that it pays",
      found: "none",
    }));
  }
  const { currency } = invoice;
  const collecting = payments.filter(({ status }) => status === "pending" || status === "failed");
  const due = dueText(invoice);
  const found = collecting.map((one) => minorText(one.amountMinor, one.currency)).join("; ");
  // What was given up by hand is not collected any more; after the last retry it still may be.
  const isLeft = invoice.status === "uncollectible" && found === "";
  if (due === found || isLeft) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: `payment: ${due || minorText(0n, currency)}`,
      found: `payment: ${found || "none"}`,
    },
  ];
}

function dueText(invoice: InvoiceFact): string {
  if (invoice.collection === "send") return "";
  const isOwed = invoice.status === "open" || invoice.status === "uncollectible";
  const leftMinor = isOwed ? amountDueMinor(invoice) - invoice.amountPaidMinor : 0n;
  return leftMinor > 0n ? minorText(leftMinor, invoice.currency) : "";
}
