import { refuseAwaitedTerm } from "#flows/awaited-term.ts";
import {
  refuseUnchangeable,
  refuseUnpaid,
} from "#flows/change-subscription/change-subscription.ts";
import { decideChange } from "#flows/change-subscription/decide.ts";
import { planChange } from "#flows/change-subscription/plan-change.ts";
import { refuseDecided } from "#flows/change-subscription/refuse-decided.ts";
import type { ChargedLine } from "#flows/charged-lines.ts";
import type { PlannedClose } from "#flows/close-periods/commit-closes.ts";
import type { LoadedFacts } from "#flows/close-periods/load-close-facts.ts";
import { heldOf, type Sold } from "#flows/sold-terms.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId, formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { refuseOtherCurrency } from "#modules/customers/domain/index.ts";
import type { Impact, PlanMigration } from "#modules/plan-migrations/domain/index.ts";
import {
  type NowMode,
  runningPeriod,
  type Subscription,
  scheduled,
} from "#modules/subscriptions/domain/index.ts";
import { impactOf } from "./impact.ts";
import { inVersion, type VersionStep } from "./target-version.ts";

/** How a migration moves a subscription. */
export interface Move extends Pick<PlanMigration, "takesEffect" | "policy"> {
  readonly step: VersionStep;
  /** The invoice of a further term that waits to be paid; null when none does. */
  readonly awaitedTerm: OwnedId | null;
}

/** A move that can be made, as it is written. */
export interface PlannedMove extends PlannedClose {
  /** What is held after it. */
  readonly target: Sold;
  readonly impact: Omit<Impact, "usage">;
  readonly movedAtMs: EpochMs;
  readonly effectiveAtMs: EpochMs;
}

/**
 * What moves a subscription to another version of what it holds. It is not asked for by its customer, so
 * nothing of it waits to be paid first, and no change that the customer asked for is dropped for it. In
 * a trial it is made at once in any case: what is held at its end is billed. Refuses like a change.
 */
export function planMove(
  facts: LoadedFacts,
  runningLines: readonly ChargedLine[],
  { step, takesEffect, policy, awaitedTerm }: Move,
): PlannedMove {
  const { subscription, nowMs } = facts;
  refuseUnchangeable(subscription);
  refuseAwaitedTerm(awaitedTerm);
  refusePending(subscription);
  const to = inVersion(facts, step);
  refuseOtherCurrency(facts.customer, to.plan.currency);
  const isTried = subscription.status === "trialing";
  const how = isTried
    ? ({ when: "now", mode: null } as const)
    : { when: takesEffect, mode: policy };
  const decision = decideChange({ ...how, from: facts, to, nowMs, isTried });
  refuseDecided(facts, to, decision);
  switch (decision.type) {
    case "none":
      throw new BillingError("plan_version_not_held", {
        plan: formatId("plan", step.to.planId),
        version: step.from,
      });
    case "later":
      return moveLater(facts, to, decision.mode);
    case "now":
      refuseUnpaid(facts, to, decision.mode, runningLines);
      return moveNow({ ...facts, runningLines }, to, decision.mode);
  }
}

/** A change that waits was asked for, and would be dropped by another. */
export function refusePending({ customerId, id, pendingChange }: Subscription): void {
  if (pendingChange === null) return;
  throw new BillingError("change_pending", {
    subscription: formatOwnedId("subscription", { customerId, id }),
    allowed: ["wait until it is made", "withdraw it"],
  });
}

function moveLater(facts: LoadedFacts, to: Sold, mode: NowMode): PlannedMove {
  const { nowMs } = facts;
  const change = { ...heldOf(to), mode, atMs: null, requestedAtMs: nowMs };
  return {
    facts,
    subscription: scheduled(facts.subscription, change),
    close: null,
    invoice: null,
    billedCounters: [],
    told: ["subscription.change_scheduled"],
    target: to,
    impact: impactOf(facts, to, null, nowMs),
    movedAtMs: nowMs,
    effectiveAtMs: runningPeriod(facts.subscription).endMs,
  };
}

function moveNow(facts: LoadedFacts, target: Sold, mode: NowMode): PlannedMove {
  const { nowMs } = facts;
  const plan = planChange({ ...facts, target, mode, atMs: nowMs });
  return {
    facts,
    ...plan,
    target,
    impact: impactOf(facts, target, plan.invoice, nowMs),
    movedAtMs: nowMs,
    effectiveAtMs: nowMs,
  };
}
