import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type {
  Impact,
  MigratedSubscription,
  RowState,
  RowTotals,
} from "#modules/plan-migrations/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface SubscriptionRow {
  customer_id: bigint;
  migration_id: bigint;
  subscription_id: bigint;
  from_version: number;
  state: RowState;
  code: MigratedSubscription["code"];
  details: Record<string, unknown> | null;
  currency: Currency | null;
  before_minor: string;
  after_minor: string;
  credited_minor: string;
  charged_minor: string;
  accrued_minor: string;
  usage_start: EpochMs | null;
  usage_end: EpochMs | null;
  usage_before_minor: string | null;
  usage_after_minor: string | null;
  invoice_id: bigint | null;
  assessed_at: EpochMs | null;
  moved_at: EpochMs | null;
  effective_at: EpochMs | null;
}

/** Which rows of a migration are to be taken. */
export type Wanted = "unassessed" | "waiting" | "moved";

const CONDITIONS: Readonly<Record<Wanted, string>> = {
  unassessed: "state = 'waiting' and assessed_at is null",
  waiting: "state = 'waiting'",
  moved: "state = 'moved'",
};

/**
 * Takes rows of a migration and holds them until the transaction ends; what another worker holds is
 * passed over.
 */
export async function claimRows(
  tx: Tx,
  migrationId: bigint,
  wanted: Wanted,
  limit: number,
): Promise<MigratedSubscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from plan_migration_subscription
      where migration_id = $1 and project_id = $2 and ${CONDITIONS[wanted]}
      order by customer_id, subscription_id limit $3 for update skip locked`,
    [migrationId, tx.projectId, limit],
  );
  return rows.map(toRow);
}

/** The same for one of them, in whatever order. */
export async function claimRow(
  tx: Tx,
  migrationId: bigint,
  wanted: Wanted,
  { customerId, id }: OwnedId,
): Promise<MigratedSubscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from plan_migration_subscription
      where customer_id = $1 and migration_id = $2 and subscription_id = $3 and ${CONDITIONS[wanted]}
        for update skip locked`,
    [customerId, migrationId, id],
  );
  return rows.map(toRow);
}

/** In the order of their ids. */
export async function listRows(
  tx: Tx,
  migrationId: bigint,
  filter: { readonly state?: RowState },
  page: { readonly after: OwnedId | null; readonly limit: number },
): Promise<MigratedSubscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `select * from plan_migration_subscription
      where migration_id = $1 and project_id = $2 and ($3::text is null or state = $3)
        and ($4::bigint is null or (customer_id, subscription_id) > ($4, $5))
      order by customer_id, subscription_id limit $6`,
    [
      migrationId,
      tx.projectId,
      filter.state ?? null,
      page.after?.customerId ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  );
  return rows.map(toRow);
}

/** Writes what became of rows that this transaction holds, all of them with one statement. */
export async function updateRows(tx: Tx, rows: readonly MigratedSubscription[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update plan_migration_subscription as kept
        set state = changed.state, code = changed.code, details = changed.details,
            currency = changed.currency, before_minor = changed.before_minor,
            after_minor = changed.after_minor, credited_minor = changed.credited_minor,
            charged_minor = changed.charged_minor, accrued_minor = changed.accrued_minor,
            usage_start = changed.usage_start, usage_end = changed.usage_end,
            usage_before_minor = changed.usage_before_minor,
            usage_after_minor = changed.usage_after_minor, invoice_id = changed.invoice_id, assessed_at = changed.assessed_at,
            moved_at = changed.moved_at, effective_at = changed.effective_at
       from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[],
                   $7::text[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[],
                   $12::numeric[], $13::bigint[], $14::timestamptz[], $15::timestamptz[],
                   $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::numeric[],
                   $20::numeric[])
            as changed (customer_id, migration_id, subscription_id, state, code, details, currency,
                        before_minor, after_minor, credited_minor, charged_minor, accrued_minor,
                        invoice_id, assessed_at, moved_at, effective_at, usage_start, usage_end,
                        usage_before_minor, usage_after_minor)
      where kept.customer_id = changed.customer_id and kept.migration_id = changed.migration_id
        and kept.subscription_id = changed.subscription_id and kept.customer_id = any($1)`,
    columns(
      rows.map(({ impact, ...row }) => ({
        ...row,
        ...(impact ?? NO_IMPACT),
        usageStartMs: impact?.usage?.period.startMs ?? null,
        usageEndMs: impact?.usage?.period.endMs ?? null,
        usageBeforeMinor: impact?.usage?.beforeMinor ?? null,
        usageAfterMinor: impact?.usage?.afterMinor ?? null,
      })),
      [
        "customerId",
        "migrationId",
        "subscriptionId",
        "state",
        "code",
        "details",
        "currency",
        "beforeMinor",
        "afterMinor",
        "creditedMinor",
        "chargedMinor",
        "accruedMinor",
        "invoiceId",
        "assessedAtMs",
        "movedAtMs",
        "effectiveAtMs",
        "usageStartMs",
        "usageEndMs",
        "usageBeforeMinor",
        "usageAfterMinor",
      ],
    ),
  );
}

const NO_IMPACT = {
  currency: null,
  beforeMinor: null,
  afterMinor: null,
  creditedMinor: null,
  chargedMinor: null,
  accruedMinor: null,
};

interface TotalsRow extends SubscriptionRow {
  currency: Currency;
  count: number;
  usage_before_minor: string;
  usage_after_minor: string;
}

/** What the moves that are made or to be made come to, by currency. */
export async function sumRows(tx: Tx, migrationId: bigint): Promise<RowTotals[]> {
  const rows = await tx.query<TotalsRow>(
    `select currency, count(*)::int as count, sum(before_minor) as before_minor,
            sum(after_minor) as after_minor, sum(credited_minor) as credited_minor,
            sum(charged_minor) as charged_minor, sum(accrued_minor) as accrued_minor,
            coalesce(sum(usage_before_minor), 0) as usage_before_minor,
            coalesce(sum(usage_after_minor), 0) as usage_after_minor
       from plan_migration_subscription
      where migration_id = $1 and project_id = $2 and currency is not null
        and state in ('waiting', 'moved', 'kept')
      group by currency order by currency`,
    [migrationId, tx.projectId],
  );
  return rows.map((row) => ({
    ...toAmounts(row, row.currency),
    usageBeforeMinor: BigInt(row.usage_before_minor),
    usageAfterMinor: BigInt(row.usage_after_minor),
    count: row.count,
  }));
}

function toRow(row: SubscriptionRow): MigratedSubscription {
  return {
    customerId: row.customer_id,
    migrationId: row.migration_id,
    subscriptionId: row.subscription_id,
    fromVersion: row.from_version,
    state: row.state,
    code: row.code,
    details: row.details,
    impact: row.currency === null ? null : toImpact(row, row.currency),
    invoiceId: row.invoice_id,
    assessedAtMs: row.assessed_at,
    movedAtMs: row.moved_at,
    effectiveAtMs: row.effective_at,
  };
}

function toImpact(row: SubscriptionRow, currency: Currency): Impact {
  const { usage_start: startMs, usage_end: endMs } = row;
  const beforeMinor = BigInt(row.usage_before_minor ?? 0);
  const afterMinor = BigInt(row.usage_after_minor ?? 0);
  const isCompared = startMs !== null && endMs !== null;
  const usage = isCompared ? { period: { startMs, endMs }, beforeMinor, afterMinor } : null;
  return { ...toAmounts(row, currency), usage };
}

function toAmounts(row: SubscriptionRow, currency: Currency) {
  return {
    currency,
    beforeMinor: BigInt(row.before_minor),
    afterMinor: BigInt(row.after_minor),
    creditedMinor: BigInt(row.credited_minor),
    chargedMinor: BigInt(row.charged_minor),
    accruedMinor: BigInt(row.accrued_minor),
  };
}
