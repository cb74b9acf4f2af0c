import { isoInstantOrNull } from "#kernel/clock.ts";
import { amountDueMinor } from "#modules/invoices/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName, minorText } from "#modules/verification/domain/names.ts";

export const paidInvoiceIsPaidInFull: Invariant = {
  name: "paid_invoice_is_paid_in_full",
  states:
    "A paid invoice says when it was paid, and all that was due; of any other something is left, of a void one nothing was paid.",
  find: ({ invoices }) => invoices.flatMap(compare),
};

function compare(invoice: InvoiceFact): Finding[] {
  const { status, amountPaidMinor, paidAtMs, currency } = invoice;
  const dueMinor = amountDueMinor(invoice);
  const isPaid = status === "paid";
  const isRight = isPaid
    ? amountPaidMinor === dueMinor
    : amountPaidMinor === 0n || (status !== "void" && amountPaidMinor < dueMinor);
  if (isRight && (paidAtMs !== null) === isPaid) return [];
  return [
    {
      ...invoiceName(invoice),
      expected: isPaid
        ? `${minorText(dueMinor, currency)} paid, at some time`
        : `less than ${minorText(dueMinor, currency)} paid, never in full`,
      found: `${minorText(amountPaidMinor, currency)} paid, ${isoInstantOrNull(paidAtMs) ?? "never"}`,
    },
  ];
}
