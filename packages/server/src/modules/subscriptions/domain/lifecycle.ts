import { present } from "#kernel/assert.ts";
import { DAY_MS, type EpochMs, MINUTE_MS } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { anchorOf, firstPeriod } from "./beginning.ts";
import type { Item } from "./item.ts";
import { anchoringOf, type RunningPeriod, restsOf, type Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** Usage of a subscription that has ended is taken this long, onto a final invoice. */
export const LATE_USAGE_MS = DAY_MS;

// The final invoice waits a little longer than usage is taken, so that an event that was let in at the
// last moment by another process is counted before the invoice is made.
export const FINAL_INVOICE_MS = LATE_USAGE_MS + 5 * MINUTE_MS;

/** Starts the first period at `startMs`: the card is saved, or the first invoice is paid. */
export function activated(
  subscription: Subscription,
  startMs: EpochMs,
  nowMs: EpochMs,
): Subscription {
  refuseUnless(subscription, "begin");
  const anchorMs = anchorOf(subscription, startMs);
  const period = firstPeriod(subscription, anchorMs, startMs);
  return {
    ...subscription,
    status: "active",
    anchorMs,
    beganMs: startMs,
    activatedAtMs: nowMs,
    period,
    nextActionMs: period.endMs,
  };
}

/**
 * Begins to count periods anew from an instant. Of the one that holds `startMs` the rest runs, which is
 * the whole first one where nothing else is said.
 */
export function countedFrom(
  subscription: Subscription,
  anchorMs: EpochMs,
  startMs: EpochMs = anchorMs,
): Subscription {
  const period = firstPeriod(subscription, anchorMs, startMs);
  return withNextAction({ ...subscription, anchorMs, period, awaitedChange: null });
}

/** The period that has ended is over; the next one runs, and what was lowered is lower from here on. */
export function renewed(subscription: Subscription): Subscription {
  refuseUnless(subscription, "renew_period");
  const { index } = runningPeriod(subscription);
  return inPeriod(licensedAnew(subscription), index + 1);
}

/** What is licensed is what is billed: nothing more was paid for of the period that begins. */
export function licensedAnew(subscription: Subscription): Subscription {
  return { ...asBilled(subscription), addOns: subscription.addOns.map(asBilled) };
}

function asBilled<Held extends Item>(item: Held): Held {
  return item.licensed === null ? item : { ...item, licensed: null };
}

/** Ends the subscription at this instant: its period is cut here. */
export function endedAt(subscription: Subscription, instantMs: EpochMs): Subscription {
  refuseUnless(subscription, "end_now");
  const { period } = subscription;
  return {
    ...subscription,
    status: "canceled",
    canceledAtMs: subscription.canceledAtMs ?? instantMs,
    endedAtMs: instantMs,
    pendingChange: null,
    awaitedChange: null,
    pause: null,
    rests: restsOf(subscription).map((rest) => ({ ...rest, untilMs: rest.untilMs ?? instantMs })),
    // What rests has ended its period before.
    period: period === null ? null : { ...period, endMs: Math.min(period.endMs, instantMs) },
    nextActionMs: period === null ? null : instantMs + FINAL_INVOICE_MS,
  };
}

/** Late usage is settled: time has nothing more to do here. */
export function settled(subscription: Subscription): Subscription {
  refuseUnless(subscription, "settle");
  return { ...subscription, nextActionMs: null };
}

/** A charge failed and will be tried again; an unstarted or ended subscription stays as it is. */
export function afterPaymentFailed(subscription: Subscription): Subscription {
  return subscription.status === "active" ? { ...subscription, status: "past_due" } : subscription;
}

/** Everything owed is paid. */
export function afterPaymentRecovered(subscription: Subscription): Subscription {
  return subscription.status === "past_due" ? { ...subscription, status: "active" } : subscription;
}

export function runningPeriod(subscription: Subscription): RunningPeriod {
  return present(subscription.period, "an active subscription has a running period");
}

function inPeriod(subscription: Subscription, index: number): Subscription {
  const anchoring = present(anchoringOf(subscription), "an active subscription is anchored");
  const period = { ...periodAt(anchoring, index), index };
  return withNextAction({ ...subscription, period, awaitedChange: null });
}

/** Says when time next has something to do: a change at its instant, or the period's end. */
export function withNextAction(subscription: Subscription): Subscription {
  const { endMs } = runningPeriod(subscription);
  return { ...subscription, nextActionMs: Math.min(changeDueMs(subscription) ?? endMs, endMs) };
}

/**
 * When a change that waits for an instant is to be made; null when none does. Terms that were bought ahead
 * are paid for as they are, so that it waits for the last of them.
 */
export function changeDueMs({
  pendingChange,
  termsAhead,
}: Pick<Subscription, "pendingChange" | "termsAhead">): EpochMs | null {
  return termsAhead > 0 ? null : (pendingChange?.atMs ?? null);
}
