import type { EpochMs } from "#kernel/clock.ts";
import {
  type PlanMigration,
  type PlanMigrationSnapshot,
  planMigrationSnapshot,
} from "#modules/plan-migrations/domain/index.ts";

/** Every event about a migration. The event reference page is generated from this table. */
export const planMigrationEvents = {
  "plan_migration.started": {
    when: "Subscribers of a plan are moved to another of its versions, a batch at a time.",
    carries: [],
  },
  "plan_migration.completed": {
    when: "Each of its subscriptions was moved, skipped or failed.",
    carries: [],
  },
  "plan_migration.undone": {
    when: "What it had moved is as before, but for what was billed by then.",
    carries: [],
  },
} as const;

export type PlanMigrationEventType = keyof typeof planMigrationEvents;

/** The `data` of an event about a migration. */
export interface PlanMigrationEventData {
  readonly plan_migration: PlanMigrationSnapshot;
}

/** It is about no customer: such events are those of customer 0. */
export function planMigrationEvent(
  type: PlanMigrationEventType,
  migration: PlanMigration,
  { eventId, nowMs }: { readonly eventId: bigint; readonly nowMs: EpochMs },
) {
  const data: PlanMigrationEventData = { plan_migration: planMigrationSnapshot(migration) };
  return { customerId: 0n, id: eventId, type, data: { ...data }, occurredAtMs: nowMs };
}
