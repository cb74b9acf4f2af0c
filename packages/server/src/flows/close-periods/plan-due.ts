import { planChange } from "#flows/change-subscription/plan-change.ts";
import { present } from "#kernel/assert.ts";
import {
  awaitsTrialNotice,
  changeDueMs,
  type SubscriptionStatus,
} from "#modules/subscriptions/domain/index.ts";
import { type CloseFacts, type ClosePlan, planFinalClose, planPeriodClose } from "./plan-close.ts";
import { planResume } from "./plan-pause.ts";
import { planStart, type StartPlan } from "./plan-start.ts";
import { planTrialEnd, planTrialNotice } from "./plan-trial.ts";

type Planner = (facts: CloseFacts) => ClosePlan | StartPlan;

const PLANNERS: Readonly<Partial<Record<SubscriptionStatus, Planner>>> = {
  scheduled: (facts) => planStart(facts, present(facts.subscription.nextActionMs, "it is due")),
  trialing: (facts) =>
    awaitsTrialNotice(facts.subscription) ? planTrialNotice(facts) : planTrialEnd(facts),
  active: planRunning,
  past_due: planRunning,
  paused: (facts) => planResume(facts, present(facts.subscription.nextActionMs, "it is due")),
  canceled: planFinalClose,
  expired: planFinalClose,
};

/** A change that waited for an instant inside the period, or the period's end. */
function planRunning(facts: CloseFacts): ClosePlan {
  const { subscription, next, nowMs } = facts;
  const { pendingChange } = subscription;
  if (next === null || pendingChange === null || !isChangeDue(facts)) return planPeriodClose(facts);
  return planChange({ ...facts, target: next, mode: pendingChange.mode, atMs: nowMs });
}

/** Whether it is time for a change inside the running period. */
export function isChangeDue({
  subscription,
  nowMs,
}: Pick<CloseFacts, "subscription" | "nowMs">): boolean {
  const { period } = subscription;
  const atMs = changeDueMs(subscription);
  return atMs !== null && period !== null && atMs <= nowMs && nowMs < period.endMs;
}

/** What time has to do for a subscription that is due. */
export function planDue(facts: CloseFacts): ClosePlan | StartPlan {
  const { status } = facts.subscription;
  return present(PLANNERS[status], `nothing falls due of what is ${status}`)(facts);
}
