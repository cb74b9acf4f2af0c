import type { PaymentFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { manualPaymentName, paymentName } from "#modules/verification/domain/names.ts";
import { bookedWrongly, type Due, movementsOf } from "./booked.ts";

export const booksHoldPayments: Invariant = {
  name: "books_hold_payments",
  states:
    "Each payment that succeeded is in the books once, from the rail or the bank to what it pays and, for what was not owed, to the customer's credit.",
  find: ({ payments, manualPayments, transfers }) => [
    ...bookedWrongly({
      due: payments
        .filter(({ status }) => status === "succeeded")
        .flatMap((payment) => dueTransfers(payment, `rail:${payment.rail}`)),
      booked: transfers.filter(({ sourceType }) => sourceType === "payment"),
      nameOf: paymentName,
    }),
    ...bookedWrongly({
      due: manualPayments.flatMap((payment) => dueTransfers(payment, "bank")),
      booked: transfers.filter(({ sourceType }) => sourceType === "manual_payment"),
      nameOf: manualPaymentName,
    }),
  ],
};

type Money = Pick<
  PaymentFact,
  "customerId" | "id" | "invoiceId" | "currency" | "amountMinor" | "surplusMinor"
>;

function dueTransfers(money: Money, debitAccount: string): Due[] {
  const { invoiceId, amountMinor, surplusMinor } = money;
  const creditAccount = invoiceId === null ? "unapplied" : "receivable";
  return [
    { ...money, debitAccount, creditAccount, amountMinor: amountMinor - surplusMinor },
    { ...money, debitAccount, creditAccount: "customer_credit", amountMinor: surplusMinor },
  ].flatMap((movement) => movementsOf(movement));
}
