import type { Engine } from "#flows/engine.ts";
import {
  asked,
  type MigrationRequest,
  type PlanMigration,
} from "#modules/plan-migrations/domain/index.ts";
import { getMigrationLocked, updateMigrationStatus } from "#modules/plan-migrations/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { keepStatus, tell } from "./keep-status.ts";

/**
 * Begins what is asked of a migration; the moving itself is done by what runs beside requests. Refuses
 * with `plan_migration_not_found` and `plan_migration_transition_refused`.
 */
export async function askOfMigration(
  engine: Engine,
  tx: Tx,
  id: bigint,
  request: MigrationRequest,
): Promise<PlanMigration> {
  const migration = asked(await getMigrationLocked(tx, id), request, engine.clock.now());
  await updateMigrationStatus(tx, migration);
  if (request === "start") await tell(engine, tx, migration, "plan_migration.started");
  return keepStatus(engine, tx, migration);
}
