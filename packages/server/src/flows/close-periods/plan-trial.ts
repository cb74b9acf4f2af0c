import type { EpochMs } from "#kernel/clock.ts";
import {
  endedAt,
  endOfTrial,
  pausedAfterTrial,
  trialAnnounced,
  trialEnded,
} from "#modules/subscriptions/domain/index.ts";
import { closedTogether, isUnbilled } from "./closed-counters.ts";
import { type CloseFacts, type ClosePlan, openingClose, openingInvoice } from "./plan-close.ts";

/** Tells of a trial's end some days before it comes. */
export function planTrialNotice({ subscription }: CloseFacts): ClosePlan {
  return {
    subscription: trialAnnounced(subscription),
    close: null,
    invoice: null,
    billedCounters: [],
    told: ["subscription.trial_will_end"],
  };
}

/**
 * Ends a trial: the first period begins there and is billed, unless the subscription was to end or the
 * plan asks for a card that is not there. What was used in the trial is not billed.
 */
export function planTrialEnd(facts: CloseFacts, atMs?: EpochMs): ClosePlan {
  const endMs = atMs ?? endOfTrial(facts.subscription);
  const { subscription, told } = afterTrial(facts, endMs);
  const isBilled = subscription.status === "active";
  const invoice = isBilled ? openingInvoice(facts, subscription, facts.pendingItems) : null;
  return {
    subscription,
    close: openingClose(facts, invoice),
    invoice,
    billedCounters: closedTogether(facts, facts.counters.filter(isUnbilled)),
    told,
  };
}

function afterTrial(
  { subscription, plan, hasCard }: CloseFacts,
  endMs: EpochMs,
): Pick<ClosePlan, "subscription" | "told"> {
  const { withoutCard } = plan.lifecycle.trial;
  const isOver = subscription.cancelsAtPeriodEnd || (!hasCard && withoutCard === "cancel");
  if (!isOver && !hasCard && withoutCard === "pause") {
    const told = ["subscription.trial_ended", "subscription.paused"] as const;
    return { subscription: pausedAfterTrial(subscription, endMs), told };
  }
  if (!isOver) {
    return { subscription: trialEnded(subscription, endMs), told: ["subscription.trial_ended"] };
  }
  const told = ["subscription.trial_ended", "subscription.canceled"] as const;
  return { subscription: endedAt(subscription, endMs), told };
}
