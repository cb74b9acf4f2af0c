import type { Engine } from "#flows/engine.ts";
import { sumMinor } from "#kernel/money.ts";
import {
  type CreditNote,
  type CreditNotePlan,
  creditedWith,
} from "#modules/invoices/domain/index.ts";
import { insertCreditNote, takeCreditNoteNumber } from "#modules/invoices/index.ts";
import { pendingRefund, type RefundPart, refundParts } from "#modules/payments/domain/index.ts";
import { insertRefund } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { commitCorrection } from "./commit-correction.ts";
import type { HeldInvoice } from "./held-invoice.ts";

export interface PlannedCreditNote {
  readonly plan: CreditNotePlan;
  readonly reason: string;
  /** What rails collected for the invoice and still is there. */
  readonly there: readonly RefundPart[];
}

export function refundableOf(there: readonly RefundPart[]): bigint {
  return sumMinor(there.map(({ amountMinor }) => amountMinor));
}

/** Writes a credit note of an invoice that is held: what it moves, and the refunds that pay it out. */
export async function issueCreditNote(
  engine: Engine,
  tx: Tx,
  held: HeldInvoice,
  { plan, reason, there }: PlannedCreditNote,
): Promise<CreditNote> {
  const { customerId, id: invoiceId, currency } = held.invoice;
  const id = engine.newId();
  for (const { payment, amountMinor } of refundParts(there, plan.refundMinor)) {
    const wanted = { id: engine.newId(), amountMinor, reason, creditNoteId: id, railRef: null };
    const refund = pendingRefund(payment, { ...wanted, nowMs: held.nowMs });
    await insertRefund(tx, refund, { askRailMs: engine.clock.now() });
  }
  const number = await takeCreditNoteNumber(tx);
  const owner = { customerId, id, invoiceId };
  const note = { ...plan, ...owner, number, reason, currency, createdAtMs: held.nowMs };
  await insertCreditNote(tx, note);
  await commitCorrection(engine, tx, held, {
    invoice: creditedWith(held.invoice, plan.dueMinor, held.nowMs),
    told: "credit_note.created",
    also: { creditNote: note },
    moves: [
      move(note, "receivable", note.dueMinor),
      move(note, "customer_credit", note.balanceMinor),
      // What is promised here the refund takes out again when the rail has given it.
      move(note, "refunds", note.refundMinor),
    ],
  });
  faultPoint("credit_note.written");
  return note;
}

function move(
  { id }: CreditNote,
  creditAccount: "receivable" | "customer_credit" | "refunds",
  amountMinor: bigint,
) {
  const source = { sourceType: "credit_note", sourceId: id } as const;
  return { ...source, debitAccount: "revenue", creditAccount, amountMinor } as const;
}
