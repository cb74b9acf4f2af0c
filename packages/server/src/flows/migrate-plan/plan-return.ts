import { refuseUnchangeable } from "#flows/change-subscription/change-subscription.ts";
import { planChange } from "#flows/change-subscription/plan-change.ts";
import type { PlannedClose } from "#flows/close-periods/commit-closes.ts";
import type { LoadedFacts } from "#flows/close-periods/load-close-facts.ts";
import type { Sold } from "#flows/sold-terms.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { refuseOtherCurrency } from "#modules/customers/domain/index.ts";
import type { MigratedSubscription } from "#modules/plan-migrations/domain/index.ts";
import {
  isSameInterval,
  runningPeriod,
  type Subscription,
  scheduled,
} from "#modules/subscriptions/domain/index.ts";
import { areMetersKept } from "./meters.ts";
import { refusePending } from "./plan-move.ts";
import { inVersion } from "./target-version.ts";

/** What decides whether a subscription that was moved can be as before. */
export interface ReturnFacts {
  readonly facts: LoadedFacts;
  readonly row: MigratedSubscription;
  /** The version that it left, and the one to which it was moved. */
  readonly left: PlanVersion;
  readonly movedTo: PlanVersion;
  /** The invoice on which something was billed under the version it was moved to; null when nothing was. */
  readonly billedOn: bigint | null;
}

/**
 * What makes a subscription hold what it held before it was moved, as if it had not been: a change that
 * still waits is withdrawn, and one that was made is taken back to the beginning of the running period,
 * in which nothing was billed under it. Refuses what was billed, and what has changed since.
 */
export function planReturn({ facts, row, left, movedTo, billedOn }: ReturnFacts): PlannedClose {
  const { subscription } = facts;
  if (isWaitingFor(subscription, row, movedTo)) return withdrawal(facts);
  refuseUnchangeable(subscription);
  refusePending(subscription);
  const before = inVersion(facts, { from: movedTo.version, to: left });
  refuseBilled(row, billedOn);
  refuseOtherCurrency(facts.customer, before.plan.currency);
  refuseOtherPeriods(facts, before);
  refuseMeteredAnew(facts, before);
  const { startMs } = runningPeriod(subscription);
  const change = { ...facts, target: before, mode: "now_without", atMs: startMs } as const;
  return { facts, ...planChange(change) };
}

/** Whether the change that the move has scheduled is still the one that waits. */
function isWaitingFor(
  { pendingChange }: Subscription,
  { movedAtMs }: MigratedSubscription,
  { planId, version }: PlanVersion,
): boolean {
  if (pendingChange === null || pendingChange.requestedAtMs !== movedAtMs) return false;
  return [pendingChange.plan, ...pendingChange.addOns].some(
    (item) => item.planId === planId && item.planVersion === version,
  );
}

function withdrawal(facts: LoadedFacts): PlannedClose {
  return {
    facts,
    subscription: scheduled(facts.subscription, null),
    close: null,
    invoice: null,
    billedCounters: [],
    told: ["subscription.change_withdrawn"],
  };
}

function refuseBilled({ customerId, impact }: MigratedSubscription, billedOn: bigint | null): void {
  const hasMoved = impact !== null && (impact.creditedMinor !== 0n || impact.chargedMinor !== 0n);
  if (!hasMoved && billedOn === null) return;
  throw new BillingError(
    "plan_version_billed",
    billedOn === null ? {} : { invoice: formatOwnedId("invoice", { customerId, id: billedOn }) },
  );
}

/** Another interval has begun a period of its own, which the version before would not end. */
function refuseOtherPeriods({ plan }: LoadedFacts, before: Sold): void {
  if (isSameInterval(plan.interval, before.plan.interval)) return;
  throw new BillingError("change_policy_unfit", {
    policy: "now_without",
    allowed: ["now_prorated", "at_period_end"],
  });
}

/** What was used since is counted by the meters of the version that was held then. */
function refuseMeteredAnew({ subscription, plan, counters }: LoadedFacts, before: Sold): void {
  const { startMs } = runningPeriod(subscription);
  const isUsed = counters.some(({ periodStartMs }) => periodStartMs >= startMs);
  const isCountedAlike = areMetersKept(before.plan, plan) && areMetersKept(plan, before.plan);
  if (!isUsed || isCountedAlike) return;
  throw new BillingError("plan_version_metered", { plan: formatId("plan", plan.planId) });
}
