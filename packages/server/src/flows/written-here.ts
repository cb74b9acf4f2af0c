import type { Invoice } from "#modules/invoices/domain/index.ts";
import { listInvoicesWrittenHere } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { listTransfersWrittenHere } from "#modules/ledger/index.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { listPaymentsWrittenHere } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { listAppendedHere, type OutboxEvent } from "#platform/jobs/outbox.ts";

/** What a transaction has written of what moves money. */
export interface Written {
  readonly invoices: readonly Invoice[];
  /** What is to be collected, by which no card has been charged yet. */
  readonly payments: readonly Payment[];
  readonly transfers: readonly Transfer[];
  readonly events: readonly OutboxEvent[];
}

/**
 * Reads what this transaction has written so far, for whomever it wrote something. Everything that
 * moves a customer's money tells of it, so the events say whose rows to look at.
 */
export async function writtenHere(tx: Tx): Promise<Written> {
  const events = await listAppendedHere(tx);
  const customerIds = [...new Set(events.map(({ customerId }) => customerId))];
  return {
    invoices: await listInvoicesWrittenHere(tx, customerIds),
    payments: await listPaymentsWrittenHere(tx, customerIds),
    transfers: await listTransfersWrittenHere(tx, customerIds),
    events,
  };
}
