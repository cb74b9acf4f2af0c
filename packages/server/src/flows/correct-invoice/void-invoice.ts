import type { Engine } from "#flows/engine.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { type Invoice, markedUncollectible, voided } from "#modules/invoices/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { commitCorrection } from "./commit-correction.ts";
import { holdInvoice, refuseProposal } from "./held-invoice.ts";
import { voidMoves } from "./void-moves.ts";

/**
 * Takes back an invoice of which nothing is paid: it is not owed any more, and the credit that it had
 * taken is there again. Said twice it is the same. Refuses with `invoice_transition_refused` and
 * `payment_under_way`.
 */
export async function voidInvoice(engine: Engine, tx: Tx, key: OwnedId): Promise<Invoice> {
  const held = await holdInvoice(engine, tx, key);
  if (held.invoice.status === "void") return held.invoice;
  const invoice = voided(held.invoice);
  const moves = voidMoves(invoice);
  await commitCorrection(engine, tx, held, { invoice, told: "invoice.voided", moves });
  return invoice;
}

/**
 * Gives up on what is not paid of an invoice: it is not charged any more, and stays owed. Said twice it
 * is the same. Its subscription goes on, unless it waited for just this invoice. Refuses like
 * `voidInvoice` and `refuseProposal`.
 */
export async function markInvoiceUncollectible(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
): Promise<Invoice> {
  const held = await holdInvoice(engine, tx, key);
  if (held.invoice.status === "uncollectible") return held.invoice;
  refuseProposal(held);
  const invoice = markedUncollectible(held.invoice);
  const told = "invoice.marked_uncollectible";
  await commitCorrection(engine, tx, held, { invoice, told, moves: [] });
  return invoice;
}
