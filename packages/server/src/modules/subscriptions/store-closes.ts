import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { columns, instantOrNull } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

export interface PeriodClose {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly periodStartMs: EpochMs;
  readonly kind: "opening" | "renewal" | "change" | "final";
  readonly invoiceId: bigint | null;
  readonly closedAtMs: EpochMs;
}

/** The periods of a subscription that have ended, newest first. */
export async function listPeriodCloses(
  tx: Tx,
  { customerId, id: subscriptionId }: OwnedId,
  page: { readonly beforeMs: EpochMs | null; readonly limit: number },
): Promise<Pick<PeriodClose, "customerId" | "periodStartMs" | "invoiceId">[]> {
  const rows = await tx.query<{ period_start: EpochMs; invoice_id: bigint | null }>(
    `select period_start, invoice_id from period_close
      where customer_id = $1 and subscription_id = $2
        and kind in ('renewal', 'change')
        and ($3::timestamptz is null or period_start < $3)
      order by period_start desc limit $4`,
    [customerId, subscriptionId, instantOrNull(page.beforeMs), page.limit],
  );
  return rows.map((row) => ({
    customerId,
    periodStartMs: row.period_start,
    invoiceId: row.invoice_id,
  }));
}

/** Records closes; answers those that were not recorded before. What is not among them is not ours. */
export async function insertPeriodCloses(
  tx: Tx,
  closes: readonly PeriodClose[],
): Promise<OwnedId[]> {
  const rows = await tx.query<{ customer_id: bigint; subscription_id: bigint }>(
    `insert into period_close
            (customer_id, subscription_id, period_start, kind, invoice_id, closed_at, project_id)
     select made.*, $7::int
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::bigint[],
                   $6::timestamptz[]) as made
     on conflict do nothing
     returning customer_id, subscription_id`,
    [
      ...columns(closes, [
        "customerId",
        "subscriptionId",
        "periodStartMs",
        "kind",
        "invoiceId",
        "closedAtMs",
      ]),
      tx.projectId,
    ],
  );
  return rows.map((row) => ({ customerId: row.customer_id, id: row.subscription_id }));
}
