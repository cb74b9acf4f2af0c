import type { EpochMs } from "#kernel/clock.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
import { type InvoiceRow, withLines } from "./store.ts";

// As the index `invoice_to_be_overdue` has it.
const WAITING = "status = 'open' and collection = 'send' and overdue_at is null";

const BY_THE_SERVERS_CLOCK = `not exists (
  select 1 from customer
   where customer.customer_id = invoice.customer_id and test_clock_at is not null)`;

/** The projects in which something that was sent is due and not paid, by the wall clock. */
export async function findProjectsWithOverdue(tx: DiscoveryTx, nowMs: EpochMs): Promise<number[]> {
  const rows = await tx.query<{ project_id: number }>(
    `select distinct project_id from invoice
      where ${WAITING} and due_at <= $1 and ${BY_THE_SERVERS_CLOCK}`,
    [instant(nowMs)],
  );
  return rows.map((row) => row.project_id);
}

/** Marks what is overdue by the wall clock, the longest due first, and answers it. */
export async function claimOverdue(tx: Tx, nowMs: EpochMs, limit: number): Promise<Invoice[]> {
  const rows = await tx.query<InvoiceRow>(
    `update invoice set overdue_at = $1
      where (customer_id, id) in (
        select customer_id, id from invoice
         where ${WAITING} and due_at <= $1 and project_id = $2 and ${BY_THE_SERVERS_CLOCK}
         order by due_at limit $3 for update skip locked)
      returning *`,
    [instant(nowMs), tx.projectId, limit],
  );
  return withLines(tx, rows);
}

/** The same for the invoices of one customer, whatever clock it lives by. */
export async function claimOverdueOf(
  tx: Tx,
  customerId: bigint,
  nowMs: EpochMs,
): Promise<Invoice[]> {
  const rows = await tx.query<InvoiceRow>(
    `update invoice set overdue_at = $2
      where customer_id = $1 and ${WAITING} and due_at <= $2 returning *`,
    [customerId, instant(nowMs)],
  );
  return withLines(tx, rows);
}

/** When the customer's next invoice becomes overdue unless it is paid; null when none does. */
export async function nextOverdueOf(tx: Tx, customerId: bigint): Promise<EpochMs | null> {
  const [row] = await tx.query<{ next: EpochMs | null }>(
    `select min(due_at) as next from invoice where customer_id = $1 and ${WAITING}`,
    [customerId],
  );
  return row?.next ?? null;
}
