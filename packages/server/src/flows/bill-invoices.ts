import { present } from "#kernel/assert.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import type { DraftInvoice, Invoice } from "#modules/invoices/domain/index.ts";
import { issueInvoices } from "#modules/invoices/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import { planCollection } from "#modules/payments/domain/index.ts";
import { insertPayments } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";

/** The rail that collects every invoice, until a customer can choose another. */
const RAIL = "stripe";

/**
 * Issues invoices: what is owed goes into the books, the collecting of it is put on the list, and the
 * invoice gets its number. Takes the project's invoice counter, so call it near the end.
 */
export async function billInvoices(
  { newId }: Pick<Engine, "newId">,
  tx: Tx,
  drafts: readonly DraftInvoice[],
  customers: ReadonlyMap<bigint, Customer>,
): Promise<Invoice[]> {
  await postTransfers(tx, drafts.map(owedTransfer));
  faultPoint("close.booked");
  const payments = drafts.flatMap((draft) => {
    const { testClockAtMs } = present(customers.get(draft.customerId), "who is billed is known");
    const payment = planCollection(draft, {
      id: newId(),
      rail: RAIL,
      isOnTestClock: testClockAtMs !== null,
      nowMs: draft.issuedAtMs,
    });
    return payment === null ? [] : [payment];
  });
  await insertPayments(tx, payments);
  return issueInvoices(tx, drafts);
}

function owedTransfer(draft: DraftInvoice) {
  return {
    customerId: draft.customerId,
    currency: draft.currency,
    debitAccount: "receivable",
    creditAccount: "revenue",
    amountMinor: draft.totalMinor,
    sourceType: "invoice",
    sourceId: draft.id,
    occurredAtMs: draft.issuedAtMs,
  } as const;
}
