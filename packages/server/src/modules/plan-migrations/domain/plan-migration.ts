import type { EpochMs } from "#kernel/clock.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";

/**
 * - `draft`: nothing is changed; what it would come to is worked out.
 * - `running`: subscriptions are moved, a batch at a time. `paused`: none is.
 * - `completed`: each was moved, skipped or failed.
 * - `undoing`: what was moved is returned, as far as it was not billed. `undone`: that is over.
 */
export const migrationStatuses = [
  "draft",
  "running",
  "paused",
  "completed",
  "undoing",
  "undone",
] as const;

export type MigrationStatus = (typeof migrationStatuses)[number];

/** When the other version holds: with the next period, or from the move on. */
export const takesEffects = ["period_end", "now"] as const;

export type TakesEffect = (typeof takesEffects)[number];

/** How many subscriptions of a migration there are in each state; the rest of `total` waits. */
export interface MigrationCounts {
  readonly total: number;
  /** Those whose figures were told beforehand. */
  readonly assessed: number;
  readonly moved: number;
  readonly skipped: number;
  readonly failed: number;
  readonly returned: number;
  readonly kept: number;
}

/** Moves those who have a plan from other versions of it to one of them. */
export interface PlanMigration {
  readonly id: bigint;
  readonly planId: bigint;
  /** Null: every version before the one that it leads to. */
  readonly fromVersion: number | null;
  readonly toVersion: number;
  readonly takesEffect: TakesEffect;
  /** How money moves where it takes effect now; null leaves it to the version that is left. */
  readonly policy: NowMode | null;
  /** Ids of the customers and subscriptions that it is for; null: all. */
  readonly only: readonly string[] | null;
  /** Ids of those whom it leaves alone. */
  readonly except: readonly string[];
  readonly status: MigrationStatus;
  readonly counts: MigrationCounts;
  readonly createdAtMs: EpochMs;
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs | null;
  readonly undoneAtMs: EpochMs | null;
}

/** How many still wait to be moved. */
export function leftToDo({
  total,
  moved,
  skipped,
  failed,
  returned,
  kept,
}: MigrationCounts): number {
  return total - moved - skipped - failed - returned - kept;
}
