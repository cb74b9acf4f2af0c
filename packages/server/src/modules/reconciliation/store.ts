import type { EpochMs } from "#kernel/clock.ts";
import type { RailName } from "#modules/payments/domain/index.ts";
import type {
  Difference,
  DifferenceKind,
  Reconciliation,
} from "#modules/reconciliation/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface ReconciliationRow {
  id: bigint;
  rail: RailName;
  from_at: EpochMs;
  to_at: EpochMs;
  charge_count: number;
  refund_count: number;
  foreign_count: number;
  difference_count: number;
  created_at: EpochMs;
}

interface DifferenceRow {
  kind: DifferenceKind;
  rail_ref: string;
  payment: string | null;
  currency: string;
  rail_minor: string;
  ledger_minor: string;
}

export async function insertReconciliation(tx: Tx, made: Reconciliation): Promise<void> {
  await tx.query(
    `insert into reconciliation
            (project_id, id, rail, from_at, to_at, charge_count, refund_count, foreign_count,
             difference_count, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tx.projectId,
      made.id,
      made.rail,
      instant(made.fromMs),
      instant(made.toMs),
      made.chargeCount,
      made.refundCount,
      made.foreignCount,
      made.differenceCount,
      instant(made.createdAtMs),
    ],
  );
}

export async function insertDifferences(
  tx: Tx,
  reconciliationId: bigint,
  differences: readonly Difference[],
): Promise<void> {
  if (differences.length === 0) return;
  const rows = differences.map((difference, position) => ({ ...difference, position }));
  await tx.query(
    `insert into reconciliation_difference
            (position, kind, rail_ref, payment, currency, rail_minor, ledger_minor, project_id,
             reconciliation_id)
     select made.*, $8::int, $9::bigint
       from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[],
                   $7::numeric[]) as made`,
    [
      ...columns(rows, [
        "position",
        "kind",
        "railRef",
        "payment",
        "currency",
        "railMinor",
        "ledgerMinor",
      ]),
      tx.projectId,
      reconciliationId,
    ],
  );
}

/** Newest first. */
export async function listReconciliations(
  tx: Tx,
  page: { readonly before: bigint | null; readonly limit: number },
): Promise<Reconciliation[]> {
  const rows = await tx.query<ReconciliationRow>(
    `select * from reconciliation
      where project_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
    [tx.projectId, page.before, page.limit],
  );
  return rows.map(toReconciliation);
}

export async function findReconciliation(tx: Tx, id: bigint): Promise<Reconciliation | null> {
  const [row] = await tx.query<ReconciliationRow>(
    "select * from reconciliation where project_id = $1 and id = $2",
    [tx.projectId, id],
  );
  return row === undefined ? null : toReconciliation(row);
}

export async function listDifferences(tx: Tx, reconciliationId: bigint): Promise<Difference[]> {
  const rows = await tx.query<DifferenceRow>(
    `select * from reconciliation_difference
      where project_id = $1 and reconciliation_id = $2 order by position`,
    [tx.projectId, reconciliationId],
  );
  return rows.map((row) => ({
    kind: row.kind,
    railRef: row.rail_ref,
    payment: row.payment,
    currency: row.currency,
    railMinor: BigInt(row.rail_minor),
    ledgerMinor: BigInt(row.ledger_minor),
  }));
}

function toReconciliation(row: ReconciliationRow): Reconciliation {
  return {
    id: row.id,
    rail: row.rail,
    fromMs: row.from_at,
    toMs: row.to_at,
    chargeCount: row.charge_count,
    refundCount: row.refund_count,
    foreignCount: row.foreign_count,
    differenceCount: row.difference_count,
    createdAtMs: row.created_at,
  };
}
