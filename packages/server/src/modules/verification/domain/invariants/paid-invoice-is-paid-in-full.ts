import { isoInstantOrNull } from "#kernel/clock.ts";
import { amountDueMinor } from "#modules/invoices/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName, minorText } from "#modules/verification/domain/names.ts";

export const paidInvoiceIsPaidInFull: Invariant = {
  name: "paid_invoice_is_paid_in_full",
  states: "A paid invoice says when it was paid, and all that was due; any other was paid nothing.",
  find: ({ invoices }) => invoices.flatMap(compare),
};

function compare(invoice: InvoiceFact): Finding[] {
  const { status, amountPaidMinor, paidAtMs, currency } = invoice;
  const isPaid = status === "paid";
  const dueMinor = isPaid ? amountDueMinor(invoice) : 0n;
  if (amountPaidMinor === dueMinor && (paidAtMs !== null) === isPaid) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: `${minorText(dueMinor, currency)} paid${isPaid ? ", at some time" : ", never"}`,
      found: `${minorText(amountPaidMinor, currency)} paid, ${isoInstantOrNull(paidAtMs) ?? "never"}`,
    },
  ];
}
