import { heldOf } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import {
  type BegunPause,
  isChangeDueAfterPause,
  pausedAt,
  presentTerms,
  resumedAt,
  resumedOn,
  runningPeriod,
} from "#modules/subscriptions/domain/index.ts";
import {
  type CloseFacts,
  type ClosePlan,
  openingClose,
  openingInvoice,
  planCloseAt,
} from "./plan-close.ts";

/** Lets a subscription rest from an instant of its running period on: what ran of it is billed. */
export function planPause(facts: CloseFacts, pause: BegunPause): ClosePlan {
  const { subscription } = facts;
  const { atMs } = pause;
  const after = pausedAt(subscription, pause);
  const told = "subscription.paused";
  if (runningPeriod(subscription).startMs < atMs) {
    return planCloseAt(facts, atMs, { after, told: [told], begins: null });
  }
  // Nothing of the period ran. It is not closed: should the pause end at once, it is the one that runs.
  return { subscription: after, close: null, invoice: null, billedCounters: [], told: [told] };
}

/**
 * Lets a subscription go on. What is left of the period that surrounds the instant is charged in
 * advance, unless that period was paid for before the pause. Where it is charged, a change whose time
 * came in the pause is made first; else it follows like any that is due.
 */
export function planResume(facts: CloseFacts, atMs: EpochMs): ClosePlan {
  const { subscription, plan, next, isOwing } = facts;
  const isMoved = plan.lifecycle.anchorAfterPause === "move";
  const resuming = { isMoved, isOwing };
  const after = resumedAt(subscription, atMs, resuming);
  const paidUntilMs = subscription.pause?.paidUntilMs ?? atMs;
  const isPaid = after.anchorMs === subscription.anchorMs && atMs < paidUntilMs;
  const told = "subscription.resumed";
  if (isPaid) {
    return { subscription: after, close: null, invoice: null, billedCounters: [], told: [told] };
  }
  if (next === null || !isChangeDueAfterPause(subscription, atMs)) {
    return begunAnew(facts, { subscription: after, atMs, told: [told] });
  }
  const terms = { ...heldOf(next), interval: next.plan.interval };
  const changed = resumedOn(subscription, terms, { atMs, ...resuming });
  const began = { subscription: changed, atMs, told: [told, "subscription.changed"] } as const;
  const before = present(presentTerms(subscription), "what is resumed has begun");
  const made = { subscription, id: facts.changeId, atMs, isCut: true, invoiceId: null, before };
  return { ...begunAnew({ ...facts, ...next }, began), change: { made, plan: next.plan } };
}

interface Begun extends Pick<ClosePlan, "subscription" | "told"> {
  readonly atMs: EpochMs;
}

/** What is left of the period that surrounds the instant, charged in advance. */
function begunAnew(facts: CloseFacts, { subscription, atMs, told }: Begun): ClosePlan {
  const invoice = openingInvoice(facts, subscription, facts.pendingItems);
  const close = invoice === null ? null : { ...openingClose(facts, invoice), periodStartMs: atMs };
  return { subscription, close, invoice, billedCounters: [], told };
}
