import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { paymentName } from "#modules/verification/domain/names.ts";
import { bookedWrongly } from "./booked.ts";

export const booksHoldPayments: Invariant = {
  name: "books_hold_payments",
  states: "Each payment that succeeded is in the books once, from the rail to what it pays.",
  find: ({ payments, transfers }) =>
    bookedWrongly({
      due: payments
        .filter(({ status }) => status === "succeeded")
        .map((payment) => ({
          ...payment,
          debitAccount: `rail:${payment.rail}`,
          creditAccount: payment.invoiceId === null ? "unapplied" : "receivable",
        })),
      booked: transfers.filter(({ sourceType }) => sourceType === "payment"),
      nameOf: paymentName,
    }),
};
