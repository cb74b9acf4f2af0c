import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { disputeName } from "#modules/verification/domain/names.ts";
import { givenBackWrongly } from "./money-back.ts";

export const booksHoldDisputes: Invariant = {
  name: "books_hold_disputes",
  states:
    "What a bank took for a dispute left the rail, once, until it is won; an inquiry takes nothing.",
  find: ({ disputes, payments, transfers }) =>
    givenBackWrongly({
      all: disputes,
      payments,
      booked: transfers.filter(({ sourceType }) => sourceType === "dispute"),
      nameOf: disputeName,
      accountOf: () => "disputes",
      isGivenBack: ({ status }) => status === "open" || status === "lost",
    }),
};
