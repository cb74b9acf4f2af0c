import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { formatNanos, storedNanos } from "#kernel/nanos.ts";
import type { InvoiceItem } from "#modules/invoices/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface ItemRow {
  customer_id: bigint;
  id: bigint;
  subscription_id: bigint | null;
  description: string;
  quantity: string;
  unit_amount: string;
  currency: string;
  created_at: EpochMs;
  invoice_id: bigint | null;
  line_number: number | null;
}

export async function insertInvoiceItem(tx: Tx, item: InvoiceItem): Promise<void> {
  await tx.query(
    `insert into invoice_item
            (customer_id, id, project_id, subscription_id, description, quantity, unit_amount, currency,
             created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      item.customerId,
      item.id,
      tx.projectId,
      item.subscriptionId,
      item.description,
      formatNanos(item.quantity),
      formatNanos(item.unitAmount),
      item.currency,
      instant(item.createdAtMs),
    ],
  );
}

export async function findInvoiceItem(tx: Tx, key: OwnedId): Promise<InvoiceItem | null> {
  const rows = await tx.query<ItemRow>(
    "select * from invoice_item where customer_id = $1 and id = $2",
    [key.customerId, key.id],
  );
  return rows.map(toItem)[0] ?? null;
}

/** Those of these items that there are, in the order of their ids, kept from others. */
export async function lockInvoiceItems(
  tx: Tx,
  customerId: bigint,
  ids: readonly bigint[],
): Promise<InvoiceItem[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<ItemRow>(
    "select * from invoice_item where customer_id = $1 and id = any($2) order by id for update",
    [customerId, ids],
  );
  return rows.map(toItem);
}

/**
 * What waits to be charged with these subscriptions: of their own, and of their customers. Kept from
 * others until the transaction ends, so that two who close at once never bill the same.
 */
export async function lockPendingItems(
  tx: Tx,
  subscriptions: readonly OwnedId[],
): Promise<InvoiceItem[]> {
  if (subscriptions.length === 0) return [];
  const rows = await tx.query<ItemRow>(
    `select * from invoice_item
      where customer_id = any($1) and invoice_id is null
        and (subscription_id is null or subscription_id = any($2))
      order by customer_id, id for update`,
    columns(subscriptions, ["customerId", "id"]),
  );
  return rows.map(toItem);
}

/** Writes what may change of one that is pending. */
export async function updateInvoiceItem(tx: Tx, item: InvoiceItem): Promise<void> {
  await tx.query(
    `update invoice_item
        set subscription_id = $3, description = $4, quantity = $5, unit_amount = $6
      where customer_id = $1 and id = $2`,
    [
      item.customerId,
      item.id,
      item.subscriptionId,
      item.description,
      formatNanos(item.quantity),
      formatNanos(item.unitAmount),
    ],
  );
}

export async function deleteInvoiceItem(tx: Tx, key: OwnedId): Promise<void> {
  await tx.query("delete from invoice_item where customer_id = $1 and id = $2", [
    key.customerId,
    key.id,
  ]);
}

/** Writes which lines billed them. One statement, however many, and none for none. */
export async function markItemsBilled(tx: Tx, items: readonly InvoiceItem[]): Promise<void> {
  if (items.length === 0) return;
  const billed = items.map(({ customerId, id, billedOn }) => ({ customerId, id, ...billedOn }));
  await tx.query(
    `update invoice_item as item
        set invoice_id = billed.invoice_id, line_number = billed.line_number
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[])
            as billed (customer_id, id, invoice_id, line_number)
      where item.customer_id = billed.customer_id and item.id = billed.id
        and item.customer_id = any($1)`,
    columns(billed, ["customerId", "id", "invoiceId", "lineNumber"]),
  );
}

export interface InvoiceItemFilter {
  readonly customerId?: bigint;
  readonly subscriptionId?: bigint;
  readonly isBilled?: boolean;
}

/** Newest first. */
export async function listInvoiceItems(
  tx: Tx,
  filter: InvoiceItemFilter,
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<InvoiceItem[]> {
  const rows = await tx.query<ItemRow>(
    `select * from invoice_item
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or subscription_id = $3)
        and ($4::boolean is null or (invoice_id is not null) = $4)
        and ($5::bigint is null or (id, customer_id) < ($5, $6))
      order by id desc, customer_id desc limit $7`,
    [
      tx.projectId,
      filter.customerId ?? null,
      filter.subscriptionId ?? null,
      filter.isBilled ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  return rows.map(toItem);
}

function toItem(row: ItemRow): InvoiceItem {
  const { invoice_id: invoiceId, line_number: lineNumber } = row;
  return {
    customerId: row.customer_id,
    id: row.id,
    subscriptionId: row.subscription_id,
    description: row.description,
    quantity: storedNanos(row.quantity),
    unitAmount: storedNanos(row.unit_amount),
    currency: row.currency,
    createdAtMs: row.created_at,
    billedOn: invoiceId === null || lineNumber === null ? null : { invoiceId, lineNumber },
  };
}
