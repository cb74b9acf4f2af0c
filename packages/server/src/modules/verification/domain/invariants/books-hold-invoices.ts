import type { InvoiceFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { invoiceName } from "#modules/verification/domain/names.ts";
import { bookedWrongly, type Due } from "./booked.ts";

export const booksHoldInvoices: Invariant = {
  name: "books_hold_invoices",
  states: "Each invoice is in the books once, as owed by the customer and earned.",
  find: ({ invoices, transfers }) =>
    bookedWrongly({
      due: invoices.flatMap(dueTransfer),
      booked: transfers.filter(({ sourceType }) => sourceType === "invoice"),
      nameOf: invoiceName,
    }),
};

/** What is owed to the customer goes the other way; nothing moves for nothing. */
function dueTransfer({ customerId, id, currency, totalMinor }: InvoiceFact): Due[] {
  if (totalMinor === 0n) return [];
  const isOwed = totalMinor > 0n;
  const [debitAccount, creditAccount]: [string, string] = isOwed
    ? ["receivable", "revenue"]
    : ["revenue", "receivable"];
  const amountMinor = isOwed ? totalMinor : -totalMinor;
  return [{ customerId, id, currency, debitAccount, creditAccount, amountMinor }];
}
