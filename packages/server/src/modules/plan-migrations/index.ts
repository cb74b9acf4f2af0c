import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import type { PlanMigration } from "#modules/plan-migrations/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findMigration, lockMigration } from "./store.ts";

export {
  migratedSubscriptionSnapshot,
  planMigrationSnapshot,
  rowTotalsSnapshot,
} from "#modules/plan-migrations/domain/index.ts";
export {
  type PlanMigrationEventType,
  planMigrationEvent,
  planMigrationEvents,
} from "./events.ts";
export {
  addToCounts,
  findMigrationsAtWork,
  insertMigration,
  listMigrations,
  type MigrationAtWork,
  type Named,
  updateMigrationStatus,
} from "./store.ts";
export { claimRow, claimRows, listRows, sumRows, updateRows, type Wanted } from "./store-rows.ts";

/** The migration, or the refusal that there is none. */
export async function getMigration(tx: Tx, id: bigint): Promise<PlanMigration> {
  return orRefused(await findMigration(tx, id), id);
}

/** The same, kept from others until the transaction ends. */
export async function getMigrationLocked(tx: Tx, id: bigint): Promise<PlanMigration> {
  return orRefused(await lockMigration(tx, id), id);
}

function orRefused(migration: PlanMigration | null, id: bigint): PlanMigration {
  if (migration !== null) return migration;
  throw new BillingError("plan_migration_not_found", {
    plan_migration: formatId("planMigration", id),
  });
}
