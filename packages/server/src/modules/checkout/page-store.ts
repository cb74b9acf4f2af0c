import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { InvoicePage } from "#modules/checkout/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface PageRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  amount_minor: string;
  status: InvoicePage["status"];
  rail_ref: string | null;
  created_at: EpochMs;
}

export async function insertInvoicePage(tx: Tx, page: InvoicePage): Promise<void> {
  await tx.query(
    `insert into invoice_page
            (customer_id, id, project_id, invoice_id, amount_minor, status, rail_ref, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      page.customerId,
      page.id,
      tx.projectId,
      page.invoiceId,
      page.amountMinor,
      page.status,
      page.railRef,
      instant(page.createdAtMs),
    ],
  );
}

/** Where the link of an invoice leads; null when nowhere yet. */
export async function findOpenPage(tx: Tx, invoice: OwnedId): Promise<InvoicePage | null> {
  return one(tx, "customer_id = $1 and invoice_id = $2 and status = 'open'", invoice);
}

/** Finds a page and keeps others from taking its money until the transaction ends. */
export async function lockInvoicePage(tx: Tx, key: OwnedId): Promise<InvoicePage | null> {
  return one(tx, "customer_id = $1 and id = $2 for update", key);
}

export async function updatePageRef(tx: Tx, key: OwnedId, railRef: string): Promise<void> {
  await tx.query(
    "update invoice_page set rail_ref = $3 where customer_id = $1 and id = $2 and status = 'open'",
    [key.customerId, key.id, railRef],
  );
}

export async function closePage(tx: Tx, key: OwnedId): Promise<void> {
  await tx.query("update invoice_page set status = 'closed' where customer_id = $1 and id = $2", [
    key.customerId,
    key.id,
  ]);
}

async function one(tx: Tx, condition: string, { customerId, id }: OwnedId) {
  const [row] = await tx.query<PageRow>(`select * from invoice_page where ${condition}`, [
    customerId,
    id,
  ]);
  return row === undefined ? null : toPage(row);
}

function toPage(row: PageRow): InvoicePage {
  return {
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    amountMinor: BigInt(row.amount_minor),
    status: row.status,
    railRef: row.rail_ref,
    createdAtMs: row.created_at,
  };
}
