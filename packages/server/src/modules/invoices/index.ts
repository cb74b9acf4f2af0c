import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { type CreditedDraft, type Invoice, issuedInvoice } from "#modules/invoices/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  findInvoice,
  insertInvoiceLines,
  insertInvoices,
  lockInvoice,
  takeInvoiceNumbers,
} from "./store.ts";

export { type ComputationJson, computationFromJson } from "./computation-json.ts";
export {
  insertCreditNote,
  listCreditNotes,
  takeCreditNoteNumber,
} from "./credit-note-store.ts";
export { listTakenBack, promisedRefundMinor } from "./given-back-store.ts";
export { createInvoiceLinks, type InvoiceLinks } from "./invoice-links.ts";
export { invoiceItemSnapshot } from "./item-snapshot.ts";
export {
  deleteInvoiceItem,
  findInvoiceItem,
  insertInvoiceItem,
  listInvoiceItems,
  lockInvoiceItems,
  lockPendingItems,
  markItemsBilled,
  updateInvoiceItem,
} from "./item-store.ts";
export {
  claimOverdue,
  claimOverdueOf,
  findProjectsWithOverdue,
  nextOverdueOf,
} from "./overdue-store.ts";
export {
  type CreditNoteSnapshot,
  creditNoteSnapshot,
  type InvoiceLineSnapshot,
  type InvoiceSnapshot,
  invoiceSnapshot,
} from "./snapshot.ts";
export {
  findOpenInvoice,
  findOpenInvoices,
  findProjectOfInvoice,
  listInvoices,
  listInvoicesWrittenHere,
  updateInvoice,
} from "./store.ts";
export { listBilledUnder } from "./store-billed-under.ts";
export { listCharges } from "./store-charges.ts";
export { listPeriodLines } from "./store-period-lines.ts";
export { type InstantKey, listRunningLines } from "./store-running-lines.ts";

/**
 * Writes the drafts' lines, then numbers and issues them in the order given. The project's counter is
 * held from here to the end of the transaction: let little follow.
 */
export async function issueInvoices(tx: Tx, drafts: readonly CreditedDraft[]): Promise<Invoice[]> {
  if (drafts.length === 0) return [];
  await insertInvoiceLines(tx, drafts);
  const first = await takeInvoiceNumbers(tx, drafts.length);
  const invoices = drafts.map((draft, index) => issuedInvoice(draft, first + BigInt(index)));
  await insertInvoices(tx, invoices);
  return invoices;
}

/** The same, kept from others until the transaction ends. */
export async function getInvoiceLocked(tx: Tx, key: OwnedId): Promise<Invoice> {
  await lockInvoice(tx, key);
  return getInvoice(tx, key);
}

/** The invoice, or the refusal that there is none. */
export async function getInvoice(tx: Tx, key: OwnedId): Promise<Invoice> {
  const invoice = await findInvoice(tx, key);
  if (invoice === null) {
    throw new BillingError("invoice_not_found", { invoice: formatOwnedId("invoice", key) });
  }
  return invoice;
}
