import type { Engine } from "#flows/engine.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { ownedKey } from "#kernel/ids.ts";
import type {
  MigratedSubscription,
  MigrationCounts,
  MigrationStatus,
  PlanMigration,
} from "#modules/plan-migrations/domain/index.ts";
import {
  addToCounts,
  claimRow,
  claimRows,
  findMigrationsAtWork,
  getMigration,
  type MigrationAtWork,
  updateRows,
  type Wanted,
} from "#modules/plan-migrations/index.ts";
import { lockFreeSubscriptions } from "#modules/subscriptions/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { togetherOrAlone } from "#platform/jobs/together-or-alone.ts";
import type { HeldRow } from "./commit-each.ts";
import { keepStatus } from "./keep-status.ts";
import { assessRows, moveRows, type RefusalReason, refusedRow } from "./move-rows.ts";
import { returnRows } from "./return-rows.ts";

export interface Migrating {
  readonly engine: Engine;
  readonly db: Database;
  /** How many subscriptions one transaction moves. */
  readonly batchMax: number;
  /** Told whose subscriptions were changed, once that is committed. */
  readonly onChanged: (projectId: number, customerId: bigint) => void;
  /** Told of a subscription whose move ran into a defect; the others are moved all the same. */
  readonly onDefect: (error: unknown, row: MigratedSubscription) => void;
}

interface Work {
  readonly wanted: Wanted;
  readonly doAll: typeof moveRows;
}

/** What there is to do for a migration. */
const WORK: Readonly<Partial<Record<MigrationStatus, Work>>> = {
  draft: { wanted: "unassessed", doAll: assessRows },
  running: { wanted: "waiting", doAll: moveRows },
  undoing: { wanted: "moved", doAll: returnRows },
};

/**
 * Does a batch for each migration that is at work, in every project. Several workers share the work: each
 * holds the rows of its batch, and what a worker that died had held is free again, as it was. Answers
 * how many subscriptions were dealt with, so that the caller comes back while there are more.
 */
export async function runMigrations(migrating: Migrating): Promise<number> {
  let count = 0;
  for (const at of await migrating.db.acrossProjects(findMigrationsAtWork)) {
    count += await runBatch(migrating, at);
  }
  return count;
}

/** Runs one batch; where it breaks off, each of its subscriptions for itself. */
function runBatch(migrating: Migrating, at: MigrationAtWork): Promise<number> {
  const claimOne =
    ({ customerId, subscriptionId: id }: MigratedSubscription) =>
    (tx: Tx, { wanted }: Work) =>
      claimRow(tx, at.id, wanted, { customerId, id });
  return togetherOrAlone<MigratedSubscription>({
    together: (took) =>
      inBatch(migrating, at, async (tx, { wanted }) => {
        const claimed = await claimRows(tx, at.id, wanted, migrating.batchMax);
        took(claimed);
        return claimed;
      }),
    alone: (row) => inBatch(migrating, at, claimOne(row)),
    onDefect(error, row) {
      migrating.onDefect(error, row);
      return inBatch(migrating, at, claimOne(row), async ({ clock }, _tx, { status }, held) =>
        held.map(({ row: failing }) => failedRow(failing, status, error, clock.now())),
      );
    },
  });
}

/** What ran into a defect while it was only worked out says so, and waits on. */
function failedRow(
  row: MigratedSubscription,
  status: MigrationStatus,
  error: unknown,
  nowMs: EpochMs,
): MigratedSubscription {
  const defect = { code: "internal_error", details: null } as const;
  const reason: RefusalReason = error instanceof BillingError ? error : defect;
  const failed = refusedRow(row, status === "undoing" ? "kept" : "failed", reason);
  return status === "draft" ? { ...failed, state: "waiting", assessedAtMs: nowMs } : failed;
}

/** One transaction: takes rows, does with them what the migration is at, and counts that. */
async function inBatch(
  { engine, db, onChanged }: Migrating,
  { projectId, id }: MigrationAtWork,
  claim: (tx: Tx, work: Work) => Promise<readonly MigratedSubscription[]>,
  doInstead?: typeof moveRows,
): Promise<number> {
  try {
    const done = await db.inProject(projectId, async (tx) => {
      const migration = await getMigration(tx, id);
      const work = WORK[migration.status];
      if (work === undefined) return [];
      const held = await withSubscriptions(tx, await claim(tx, work));
      if (held.length === 0) return [];
      const rows = await (doInstead ?? work.doAll)(engine, tx, migration, held);
      await keepRows(engine, tx, migration, rows);
      return rows;
    });
    for (const { customerId } of done) onChanged(projectId, customerId);
    return done.length;
  } catch (error) {
    if (error instanceof Overtaken) return 0;
    throw error;
  }
}

/** The rows whose subscription nobody else holds; the others have their turn later. */
async function withSubscriptions(
  tx: Tx,
  rows: readonly MigratedSubscription[],
): Promise<HeldRow[]> {
  if (rows.length === 0) return [];
  const keys = rows.map(({ customerId, subscriptionId: id }) => ({ customerId, id }));
  const free = await lockFreeSubscriptions(tx, keys);
  const subscriptions = new Map(free.map((subscription) => [ownedKey(subscription), subscription]));
  return rows.flatMap((row) => {
    const key = ownedKey({ customerId: row.customerId, id: row.subscriptionId });
    const subscription = subscriptions.get(key);
    return subscription === undefined ? [] : [{ row, subscription }];
  });
}

async function keepRows(
  engine: Engine,
  tx: Tx,
  migration: PlanMigration,
  rows: readonly MigratedSubscription[],
): Promise<void> {
  await updateRows(tx, rows);
  const counted = await addToCounts(tx, migration, gainedBy(migration.status, rows));
  if (counted === null) throw new Overtaken();
  await keepStatus(engine, tx, counted);
}

function gainedBy(
  status: MigrationStatus,
  rows: readonly MigratedSubscription[],
): Partial<MigrationCounts> {
  if (status === "draft") return { assessed: rows.length };
  const count = (state: MigratedSubscription["state"]) =>
    rows.filter((row) => row.state === state).length;
  return status === "running"
    ? { moved: count("moved"), skipped: count("skipped"), failed: count("failed") }
    : { moved: -rows.length, returned: count("returned"), kept: count("kept") };
}

/** Leaves a batch whose migration was paused or undone meanwhile: nothing of it is kept. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}
