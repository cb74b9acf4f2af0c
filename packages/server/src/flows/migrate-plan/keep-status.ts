import type { Engine } from "#flows/engine.ts";
import {
  type MigrationStatus,
  type PlanMigration,
  settled,
} from "#modules/plan-migrations/domain/index.ts";
import {
  type PlanMigrationEventType,
  planMigrationEvent,
  updateMigrationStatus,
} from "#modules/plan-migrations/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";

const ENDINGS: Readonly<Partial<Record<MigrationStatus, PlanMigrationEventType>>> = {
  completed: "plan_migration.completed",
  undone: "plan_migration.undone",
};

/** Ends a migration that has nothing left to do, and tells of it. Answers it as it is then. */
export async function keepStatus(
  engine: Engine,
  tx: Tx,
  migration: PlanMigration,
): Promise<PlanMigration> {
  const ended = settled(migration, engine.clock.now());
  if (ended === migration) return migration;
  await updateMigrationStatus(tx, ended);
  await tell(engine, tx, ended, ENDINGS[ended.status]);
  return ended;
}

export async function tell(
  { clock, newId }: Pick<Engine, "clock" | "newId">,
  tx: Tx,
  migration: PlanMigration,
  type: PlanMigrationEventType | undefined,
): Promise<void> {
  if (type === undefined) return;
  const event = planMigrationEvent(type, migration, { eventId: newId(), nowMs: clock.now() });
  await appendToOutbox(tx, [event]);
}
