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
  states: "An invoice with something to pay has one payment, of what is due; any other has none.",
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
  const dueMinor = amountDueMinor(invoice);
  const due = dueMinor > 0n ? minorText(dueMinor, invoice.currency) : "none";
  const found =
    payments.map(({ amountMinor, currency }) => minorText(amountMinor, currency)).join("; ") ||
    "none";
  if (due === found) return [];
  return [{ ...invoiceName(invoice), expected: `payment: ${due}`, found: `payment: ${found}` }];
}
