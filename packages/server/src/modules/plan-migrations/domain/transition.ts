import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { leftToDo, type MigrationStatus, type PlanMigration } from "./plan-migration.ts";

/** In which statuses what may be asked of a migration is possible, and what it leads to. */
const requests = {
  start: { from: ["draft"], to: "running" },
  pause: { from: ["running"], to: "paused" },
  resume: { from: ["paused"], to: "running" },
  undo: { from: ["draft", "running", "paused", "completed"], to: "undoing" },
} as const satisfies Record<
  string,
  { readonly from: readonly MigrationStatus[]; readonly to: MigrationStatus }
>;

export type MigrationRequest = keyof typeof requests;

/**
 * The migration with what is asked of it begun. Refuses with `plan_migration_transition_refused`, which
 * says in which statuses it is possible.
 */
export function asked(
  migration: PlanMigration,
  request: MigrationRequest,
  nowMs: EpochMs,
): PlanMigration {
  const { from, to } = requests[request];
  const allowed: readonly MigrationStatus[] = from;
  if (!allowed.includes(migration.status)) {
    throw new BillingError("plan_migration_transition_refused", {
      status: migration.status,
      allowed_in: allowed,
    });
  }
  const startedAtMs = request === "start" ? nowMs : migration.startedAtMs;
  return { ...migration, status: to, startedAtMs };
}

/** The migration ended, where nothing of what it does is left; else itself. */
export function settled(migration: PlanMigration, nowMs: EpochMs): PlanMigration {
  const { status, counts } = migration;
  if (status === "running" && leftToDo(counts) === 0) {
    return { ...migration, status: "completed", completedAtMs: nowMs };
  }
  if (status === "undoing" && counts.moved === 0) {
    return { ...migration, status: "undone", undoneAtMs: nowMs };
  }
  return migration;
}
