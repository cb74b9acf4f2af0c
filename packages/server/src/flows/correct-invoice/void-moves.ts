import type { Invoice } from "#modules/invoices/domain/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";

/** What moves in the books when nothing of an invoice is owed: the credit that it took is there again. */
export function voidMoves({ id, totalMinor, creditedMinor, creditAppliedMinor }: Invoice) {
  const source = { sourceType: "invoice", sourceId: id } as const;
  return [
    {
      ...source,
      debitAccount: "revenue",
      creditAccount: "receivable",
      amountMinor: totalMinor - creditedMinor,
    },
    {
      ...source,
      debitAccount: "receivable",
      creditAccount: "customer_credit",
      amountMinor: creditAppliedMinor,
    },
  ] as const satisfies readonly Partial<Transfer>[];
}
