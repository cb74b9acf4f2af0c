import type { EpochMs } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription, and since when it has held something. */
export interface HeldSince {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly sinceMs: EpochMs;
}

/**
 * The first invoice of each subscription, by `ownedKey`, issued since it has held the prices, that bills
 * one of them or a period that began since. What was voided bills nothing.
 */
export async function listBilledUnder(
  tx: Tx,
  held: readonly HeldSince[],
  priceIds: readonly bigint[],
): Promise<Map<string, bigint>> {
  const rows = await tx.query<{ customer_id: bigint; subscription_id: bigint; id: bigint }>(
    `select distinct on (invoice.customer_id, invoice.subscription_id)
            invoice.customer_id, invoice.subscription_id, invoice.id
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
            as asked (customer_id, subscription_id, since)
       join invoice
         on invoice.customer_id = asked.customer_id
        and invoice.subscription_id = asked.subscription_id and invoice.status <> 'void'
      where invoice.customer_id = any($1)
        and invoice.issued_at >= asked.since
        and (invoice.period_start >= asked.since or exists (
              select from invoice_line as line
               where line.customer_id = invoice.customer_id and line.invoice_id = invoice.id
                 and line.price_id = any($4)))
      order by invoice.customer_id, invoice.subscription_id, invoice.id`,
    [...columns(held, ["customerId", "subscriptionId", "sinceMs"]), priceIds],
  );
  return new Map(
    rows.map((row) => [ownedKey({ customerId: row.customer_id, id: row.subscription_id }), row.id]),
  );
}
