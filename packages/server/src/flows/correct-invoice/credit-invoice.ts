import type { Engine } from "#flows/engine.ts";
import type { OwnedId } from "#kernel/ids.ts";
import {
  type CreditAsked,
  type CreditNote,
  creditedWith,
  planCreditNote,
} from "#modules/invoices/domain/index.ts";
import {
  insertCreditNote,
  listCreditedLines,
  takeCreditNoteNumber,
} from "#modules/invoices/index.ts";
import { type RefundPart, refundParts } from "#modules/payments/domain/index.ts";
import {
  insertRefund,
  listCollectedFor,
  listDisputesOf,
  listRefundsOf,
} from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { commitCorrection } from "./commit-correction.ts";
import { type HeldInvoice, holdInvoice } from "./held-invoice.ts";

export type NewCreditNote = CreditAsked & { readonly reason: string };

/**
 * Takes back a part of an invoice, or all of it: first off what is still due, then to the customer's
 * credit or back through the rail. Refuses like `planCreditNote`, and like `holdInvoice`.
 */
export async function creditInvoice(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { reason, ...asked }: NewCreditNote,
): Promise<CreditNote> {
  const held = await holdInvoice(engine, tx, key);
  const there = await thereToRefund(tx, held);
  const refundableMinor = there.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const creditedBefore = await listCreditedLines(tx, key);
  const plan = planCreditNote({ invoice: held.invoice, creditedBefore, refundableMinor }, asked);

  const { customerId, id: invoiceId, currency } = held.invoice;
  const id = engine.newId();
  await requestRefunds(engine, tx, held, {
    creditNoteId: id,
    reason,
    parts: refundParts(there, plan.refundMinor),
  });
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

/** What rails collected for the invoice and have not given back, nor a bank taken; newest first. */
async function thereToRefund(tx: Tx, { invoice }: HeldInvoice): Promise<RefundPart[]> {
  const parts: RefundPart[] = [];
  for (const payment of await listCollectedFor(tx, invoice)) {
    const refunds = await listRefundsOf(tx, payment);
    const disputes = await listDisputesOf(tx, payment);
    const gone = [
      ...refunds.filter(({ status }) => status !== "failed"),
      ...disputes.filter(({ status }) => status === "open" || status === "lost"),
    ];
    const goneMinor = gone.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const leftMinor = payment.amountMinor - payment.surplusMinor - goneMinor;
    if (leftMinor > 0n) parts.push({ payment, amountMinor: leftMinor });
  }
  return parts;
}

async function requestRefunds(
  engine: Engine,
  tx: Tx,
  { invoice, nowMs }: HeldInvoice,
  asked: {
    readonly creditNoteId: bigint;
    readonly reason: string;
    readonly parts: readonly RefundPart[];
  },
): Promise<void> {
  const { creditNoteId, reason, parts } = asked;
  for (const { payment, amountMinor } of parts) {
    await insertRefund(
      tx,
      {
        customerId: invoice.customerId,
        id: engine.newId(),
        paymentId: payment.id,
        status: "pending",
        currency: invoice.currency,
        amountMinor,
        reason,
        creditNoteId,
        rail: payment.rail,
        railRef: null,
        failureCode: null,
        attemptCount: 0,
        createdAtMs: nowMs,
        settledAtMs: null,
      },
      { askRailMs: engine.clock.now() },
    );
  }
}
