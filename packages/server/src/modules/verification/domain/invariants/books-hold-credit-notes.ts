import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { creditNoteName } from "#modules/verification/domain/names.ts";
import { bookedWrongly, movementsOf } from "./booked.ts";

export const booksHoldCreditNotes: Invariant = {
  name: "books_hold_credit_notes",
  states:
    "Each credit note is in the books once: off what was earned, and off what was owed, to the customer's credit or to be refunded.",
  find: ({ creditNotes, transfers }) =>
    bookedWrongly({
      due: creditNotes.flatMap((note) => {
        const { dueMinor, balanceMinor, refundMinor, ...owner } = note;
        const shared = { ...owner, debitAccount: "revenue" };
        return [
          { ...shared, creditAccount: "receivable", amountMinor: dueMinor },
          { ...shared, creditAccount: "customer_credit", amountMinor: balanceMinor },
          { ...shared, creditAccount: "refunds", amountMinor: refundMinor },
        ].flatMap((movement) => movementsOf(movement));
      }),
      booked: transfers.filter(({ sourceType }) => sourceType === "credit_note"),
      nameOf: creditNoteName,
    }),
};
