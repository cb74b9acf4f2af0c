import { ownedKey } from "#kernel/ids.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { invoiceName, minorText } from "#modules/verification/domain/names.ts";
import { invoiceKey, payingInvoices } from "./invoice-of-line.ts";

export const paymentSettlesItsInvoice: Invariant = {
  name: "payment_settles_its_invoice",
  states:
    "What was paid of an invoice is what the payments that succeeded, and those by hand, brought for it.",
  find: ({ invoices, payments, manualPayments }) => {
    const succeeded = payingInvoices(payments).filter(({ status }) => status === "succeeded");
    const brought = [...succeeded, ...manualPayments];
    return pairs(invoices, ownedKey, brought, invoiceKey).flatMap(compare);
  },
};

interface Brought {
  readonly amountMinor: bigint;
  readonly surplusMinor: bigint;
}

function compare({ left: [invoice], right: payments }: Pair<InvoiceFact, Brought>): Finding[] {
  // A payment of no invoice is another invariant's breach.
  if (invoice === undefined) return [];
  const brought = sumOf(payments, ({ amountMinor, surplusMinor }) => amountMinor - surplusMinor);
  if (brought === invoice.amountPaidMinor) return [];
  const { currency, amountPaidMinor } = invoice;
  return [
    {
      ...invoiceName(invoice),
      expected: `${minorText(brought, currency)} paid, as its payments brought`,
      found: `${minorText(amountPaidMinor, currency)} paid`,
    },
  ];
}
