import type { Engine } from "#flows/engine.ts";
import { loadGivenBack } from "#flows/given-back.ts";
import { thereToRefund } from "#flows/money-back/refundable.ts";
import type { OwnedId } from "#kernel/ids.ts";
import {
  type CreditAsked,
  type CreditNote,
  planCreditNote,
} from "#modules/invoices/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { holdInvoice, refuseProposal } from "./held-invoice.ts";
import { issueCreditNote, refundableOf } from "./issue-credit-note.ts";

export type NewCreditNote = CreditAsked & { readonly reason: string };

/**
 * Takes back a part of an invoice, or all of it: first off what is still due, then to the customer's
 * credit or back through the rail. Refuses like `planCreditNote`, `refuseProposal` and `holdInvoice`.
 */
export async function creditInvoice(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { reason, ...asked }: NewCreditNote,
): Promise<CreditNote> {
  const held = await holdInvoice(engine, tx, key);
  refuseProposal(held);
  const { invoice } = held;
  const there = await thereToRefund(tx, invoice);
  const givenBack = await loadGivenBack(tx, invoice);
  const facts = { invoice, givenBack, refundableMinor: refundableOf(there) };
  const plan = planCreditNote(facts, asked);
  return issueCreditNote(engine, tx, held, { plan, reason, there });
}
