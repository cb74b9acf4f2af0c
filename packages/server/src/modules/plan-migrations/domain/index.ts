export {
  type Impact,
  type MigratedSubscription,
  type RowState,
  type RowTotals,
  rowStates,
  type UsageImpact,
} from "./migrated-subscription.ts";
export {
  leftToDo,
  type MigrationCounts,
  type MigrationStatus,
  migrationStatuses,
  type PlanMigration,
  type TakesEffect,
  takesEffects,
} from "./plan-migration.ts";
export {
  migratedSubscriptionSnapshot,
  type PlanMigrationSnapshot,
  planMigrationSnapshot,
  rowTotalsSnapshot,
} from "./snapshot.ts";
export { asked, type MigrationRequest, settled } from "./transition.ts";
