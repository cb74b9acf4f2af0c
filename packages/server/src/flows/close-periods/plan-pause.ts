import type { EpochMs } from "#kernel/clock.ts";
import { pausedAt, resumedAt, runningPeriod } from "#modules/subscriptions/domain/index.ts";
import {
  type CloseFacts,
  type ClosePlan,
  openingClose,
  openingInvoice,
  planCloseAt,
} from "./plan-close.ts";

/** Lets a subscription rest from an instant of its running period on: what ran of it is billed. */
export function planPause(
  facts: CloseFacts,
  atMs: EpochMs,
  resumesAtMs: EpochMs | null,
): ClosePlan {
  const { subscription } = facts;
  const after = pausedAt(subscription, atMs, resumesAtMs);
  const told = "subscription.paused";
  if (runningPeriod(subscription).startMs < atMs) {
    return planCloseAt(facts, atMs, { after, told: [told], begins: null });
  }
  // Nothing of the period ran. It is not closed: should the pause end at once, it is the one that runs.
  return { subscription: after, close: null, invoice: null, billedCounters: [], told: [told] };
}

/**
 * Lets a subscription go on. What is left of the period that surrounds the instant is charged in
 * advance, unless that period was paid for before the pause.
 */
export function planResume(facts: CloseFacts, atMs: EpochMs): ClosePlan {
  const { subscription, plan, isOwing } = facts;
  const isMoved = plan.lifecycle.anchorAfterPause === "move";
  const after = resumedAt(subscription, atMs, { isMoved, isOwing });
  const paidUntilMs = subscription.pause?.paidUntilMs ?? atMs;
  const isPaid = after.anchorMs === subscription.anchorMs && atMs < paidUntilMs;
  const invoice = isPaid ? null : openingInvoice(facts, after, facts.pendingItems);
  const close = invoice === null ? null : { ...openingClose(facts, invoice), periodStartMs: atMs };
  return {
    subscription: after,
    close,
    invoice,
    billedCounters: [],
    told: ["subscription.resumed"],
  };
}
