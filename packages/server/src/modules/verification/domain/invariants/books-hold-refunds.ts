import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { refundName } from "#modules/verification/domain/names.ts";
import { givenBackWrongly } from "./money-back.ts";

export const booksHoldRefunds: Invariant = {
  name: "books_hold_refunds",
  states:
    "What a refund gave back of its payment left the rail, once; what came back from the bank is there again.",
  find: ({ refunds, payments, transfers }) =>
    givenBackWrongly({
      all: refunds,
      payments,
      booked: transfers.filter(({ sourceType }) => sourceType === "refund"),
      nameOf: refundName,
      // What had come for an invoice was earned; what came for nothing never was.
      accountOf: ({ invoiceId }) => (invoiceId === null ? "unapplied" : "refunds"),
      isGivenBack: ({ status }) => status === "succeeded",
    }),
};
