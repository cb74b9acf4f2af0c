import { present } from "#kernel/assert.ts";
import { awaitsTrialNotice, type SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import { type CloseFacts, type ClosePlan, planFinalClose, planPeriodClose } from "./plan-close.ts";
import { planResume } from "./plan-pause.ts";
import { planStart, type StartPlan } from "./plan-start.ts";
import { planTrialEnd, planTrialNotice } from "./plan-trial.ts";

type Planner = (facts: CloseFacts) => ClosePlan | StartPlan;

const PLANNERS: Readonly<Partial<Record<SubscriptionStatus, Planner>>> = {
  scheduled: (facts) => planStart(facts, present(facts.subscription.nextActionMs, "it is due")),
  trialing: (facts) =>
    awaitsTrialNotice(facts.subscription) ? planTrialNotice(facts) : planTrialEnd(facts),
  active: (facts) => planPeriodClose(facts),
  past_due: (facts) => planPeriodClose(facts),
  paused: (facts) => planResume(facts, present(facts.subscription.nextActionMs, "it is due")),
  canceled: planFinalClose,
  expired: planFinalClose,
};

/** What time has to do for a subscription that is due. */
export function planDue(facts: CloseFacts): ClosePlan | StartPlan {
  const { status } = facts.subscription;
  return present(PLANNERS[status], `nothing falls due of what is ${status}`)(facts);
}
