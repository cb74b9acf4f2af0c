import type { Finding } from "#modules/verification/domain/breach.ts";
import type { InvoiceFact, TransferFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { customerName, minorText } from "#modules/verification/domain/names.ts";

export const receivableIsWhatIsOwed: Invariant = {
  name: "receivable_is_what_is_owed",
  states: "What a customer owes by the books is what the invoices leave to be paid.",
  find: ({ invoices, transfers }) =>
    pairs(invoices, purseKey, transfers, purseKey).flatMap(({ left, right }) =>
      compare(left, right),
    ),
};

function purseKey({ customerId, currency }: InvoiceFact | TransferFact): string {
  return `${customerId}:${currency}`;
}

function compare(invoices: readonly InvoiceFact[], transfers: readonly TransferFact[]): Finding[] {
  const purse = invoices[0] ?? transfers[0];
  const unpaid = sumOf(invoices, leftToPay);
  const owed = sumOf(transfers, receivableOf);
  if (purse === undefined || unpaid === owed) return [];
  return [
    {
      ...customerName(purse.customerId),
      expected: `${minorText(unpaid, purse.currency)} receivable, as the invoices say`,
      found: `${minorText(owed, purse.currency)} by the books`,
    },
  ];
}

function leftToPay(invoice: InvoiceFact): bigint {
  if (invoice.status === "void") return 0n;
  const { totalMinor, creditAppliedMinor, creditedMinor, amountPaidMinor } = invoice;
  return totalMinor - creditAppliedMinor - creditedMinor - amountPaidMinor;
}

function receivableOf({ debitAccount, creditAccount, amountMinor }: TransferFact): bigint {
  if (debitAccount === "receivable") return amountMinor;
  return creditAccount === "receivable" ? -amountMinor : 0n;
}
