import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";
import type { Impact, MigratedSubscription, RowState, RowTotals } from "./migrated-subscription.ts";
import {
  leftToDo,
  type MigrationStatus,
  type PlanMigration,
  type TakesEffect,
} from "./plan-migration.ts";

/** A migration as the operator API and the events show it. */
export interface PlanMigrationSnapshot {
  id: string;
  plan: string;
  /** Null is every version before `to_version`. */
  from_version: number | null;
  to_version: number;
  when: TakesEffect;
  /** How money moves where it takes effect now; null leaves it to the version that is left. */
  policy: NowMode | null;
  only: string[] | null;
  except: string[];
  status: MigrationStatus;
  progress: MigrationProgressSnapshot;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  undone_at: string | null;
}

/** How many subscriptions of a migration there are, and how far it is with them. */
export interface MigrationProgressSnapshot {
  total: number;
  /** Those whose figures were worked out beforehand. */
  assessed: number;
  moved: number;
  skipped: number;
  failed: number;
  returned: number;
  kept: number;
  left: number;
}

export interface AmountsSnapshot {
  currency: string;
  before: string;
  after: string;
  credited: string;
  charged: string;
  accrued: string;
}

export interface ImpactSnapshot extends AmountsSnapshot {
  usage: { period_start: string; period_end: string; before: string; after: string } | null;
}

export interface MigratedSubscriptionSnapshot {
  subscription: string;
  customer: string;
  from_version: number;
  state: RowState;
  code: string | null;
  details: Readonly<Record<string, unknown>> | null;
  impact: ImpactSnapshot | null;
  invoice: string | null;
  assessed_at: string | null;
  moved_at: string | null;
  effective_at: string | null;
}

export interface RowTotalsSnapshot extends AmountsSnapshot {
  subscriptions: number;
  usage_before: string;
  usage_after: string;
}

export function planMigrationSnapshot(migration: PlanMigration): PlanMigrationSnapshot {
  const { only, except, counts } = migration;
  return {
    id: formatId("planMigration", migration.id),
    plan: formatId("plan", migration.planId),
    from_version: migration.fromVersion,
    to_version: migration.toVersion,
    when: migration.takesEffect,
    policy: migration.policy,
    only: only === null ? null : [...only],
    except: [...except],
    status: migration.status,
    progress: { ...counts, left: leftToDo(counts) },
    created_at: isoInstant(migration.createdAtMs),
    started_at: isoInstantOrNull(migration.startedAtMs),
    completed_at: isoInstantOrNull(migration.completedAtMs),
    undone_at: isoInstantOrNull(migration.undoneAtMs),
  };
}

export function migratedSubscriptionSnapshot(
  row: MigratedSubscription,
): MigratedSubscriptionSnapshot {
  const { customerId, subscriptionId, invoiceId, impact } = row;
  return {
    subscription: formatOwnedId("subscription", { customerId, id: subscriptionId }),
    customer: formatId("customer", customerId),
    from_version: row.fromVersion,
    state: row.state,
    code: row.code,
    details: row.details,
    impact: impact === null ? null : impactSnapshot(impact),
    invoice: invoiceId === null ? null : formatOwnedId("invoice", { customerId, id: invoiceId }),
    assessed_at: isoInstantOrNull(row.assessedAtMs),
    moved_at: isoInstantOrNull(row.movedAtMs),
    effective_at: isoInstantOrNull(row.effectiveAtMs),
  };
}

export function rowTotalsSnapshot({ count, ...totals }: RowTotals): RowTotalsSnapshot {
  const { currency } = totals;
  return {
    subscriptions: count,
    ...amountsSnapshot(totals),
    usage_before: formatMinor(totals.usageBeforeMinor, currency),
    usage_after: formatMinor(totals.usageAfterMinor, currency),
  };
}

function impactSnapshot({ usage, ...amounts }: Impact): ImpactSnapshot {
  const { currency } = amounts;
  if (usage === null) return { ...amountsSnapshot(amounts), usage };
  const { period, beforeMinor, afterMinor } = usage;
  return {
    ...amountsSnapshot(amounts),
    usage: {
      period_start: isoInstant(period.startMs),
      period_end: isoInstant(period.endMs),
      before: formatMinor(beforeMinor, currency),
      after: formatMinor(afterMinor, currency),
    },
  };
}

function amountsSnapshot({ currency, ...minor }: Omit<Impact, "usage">): AmountsSnapshot {
  return {
    currency,
    before: formatMinor(minor.beforeMinor, currency),
    after: formatMinor(minor.afterMinor, currency),
    credited: formatMinor(minor.creditedMinor, currency),
    charged: formatMinor(minor.chargedMinor, currency),
    accrued: formatMinor(minor.accruedMinor, currency),
  };
}
