import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";
import { bookedWrongly, type Due, movementsOf } from "./booked.ts";

export const booksHoldInvoices: Invariant = {
  name: "books_hold_invoices",
  states:
    "Each invoice is in the books once: as owed and earned, and with what it took of its customer's credit or put there. A void one is taken back.",
  find: ({ invoices, transfers }) =>
    bookedWrongly({
      due: invoices.flatMap(dueTransfers),
      booked: transfers.filter(({ sourceType }) => sourceType === "invoice"),
      nameOf: invoiceName,
    }),
};

function dueTransfers(invoice: InvoiceFact): Due[] {
  const { customerId, id, currency, totalMinor, creditAppliedMinor, creditedMinor } = invoice;
  const owed = { debitAccount: "receivable", creditAccount: "revenue" };
  const credited = { debitAccount: "customer_credit", creditAccount: "receivable" };
  const issued = [
    { ...owed, amountMinor: totalMinor },
    { ...credited, amountMinor: creditAppliedMinor },
  ];
  // What credit notes took off was taken back by them.
  const takenBack = [
    { ...owed, amountMinor: creditedMinor - totalMinor },
    { ...credited, amountMinor: -creditAppliedMinor },
  ];
  const due = invoice.status === "void" ? [...issued, ...takenBack] : issued;
  return due.flatMap((movement) => movementsOf({ customerId, id, currency, ...movement }));
}
