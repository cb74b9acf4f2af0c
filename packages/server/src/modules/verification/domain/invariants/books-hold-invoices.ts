import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";
import { bookedWrongly, type Due, movementsOf } from "./booked.ts";

export const booksHoldInvoices: Invariant = {
  name: "books_hold_invoices",
  states:
    "Each invoice is in the books once: as owed and earned, and with what it took of its customer's credit or put there.",
  find: ({ invoices, transfers }) =>
    bookedWrongly({
      due: invoices.flatMap(dueTransfers),
      booked: transfers.filter(({ sourceType }) => sourceType === "invoice"),
      nameOf: invoiceName,
    }),
};

function dueTransfers(invoice: InvoiceFact): Due[] {
  const { customerId, id, currency, totalMinor, creditAppliedMinor } = invoice;
  const owed = { debitAccount: "receivable", creditAccount: "revenue", amountMinor: totalMinor };
  const credited = {
    debitAccount: "customer_credit",
    creditAccount: "receivable",
    amountMinor: creditAppliedMinor,
  };
  return [owed, credited].flatMap((movement) =>
    movementsOf({ customerId, id, currency, ...movement }),
  );
}
