import { present } from "#kernel/assert.ts";
import { DAY_MS, type EpochMs, MINUTE_MS } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { periodAt } from "#kernel/interval.ts";
import {
  anchoringOf,
  type RunningPeriod,
  type Subscription,
  type SubscriptionStatus,
} from "./subscription.ts";

/** Usage of a subscription that has ended is taken this long, onto a final invoice. */
export const LATE_USAGE_MS = DAY_MS;

// The final invoice waits a little longer than usage is taken, so that an event that was let in at the
// last moment by another process is counted before the invoice is made.
const FINAL_INVOICE_MS = LATE_USAGE_MS + 5 * MINUTE_MS;

/** Starts the first period at `anchorMs`: the card is saved, or the first invoice is paid. */
export function activated(
  subscription: Subscription,
  anchorMs: EpochMs,
  nowMs: EpochMs,
): Subscription {
  refuseUnless(subscription, ["incomplete"]);
  const anchored = { ...subscription, status: "active" as const, anchorMs, activatedAtMs: nowMs };
  return inPeriod(anchored, 0);
}

/** The period that has ended is over; the next one runs. */
export function renewed(subscription: Subscription): Subscription {
  refuseUnless(subscription, ["active", "past_due"]);
  return inPeriod(subscription, runningPeriod(subscription).index + 1);
}

/** Ends the subscription at this instant: its period is cut here. */
export function endedAt(subscription: Subscription, instantMs: EpochMs): Subscription {
  refuseUnless(subscription, ["incomplete", "active", "past_due"]);
  const { period } = subscription;
  return {
    ...subscription,
    status: "canceled",
    canceledAtMs: subscription.canceledAtMs ?? instantMs,
    endedAtMs: instantMs,
    period: period === null ? null : { ...period, endMs: instantMs },
    nextActionMs: period === null ? null : instantMs + FINAL_INVOICE_MS,
  };
}

/** Lets the running period be the last one. Said twice it is the same. */
export function endingAtPeriodEnd(subscription: Subscription, nowMs: EpochMs): Subscription {
  refuseUnless(subscription, ["active", "past_due"]);
  const canceledAtMs = subscription.canceledAtMs ?? nowMs;
  return { ...subscription, cancelsAtPeriodEnd: true, canceledAtMs };
}

/** Late usage is settled: time has nothing more to do here. */
export function settled(subscription: Subscription): Subscription {
  refuseUnless(subscription, ["canceled"]);
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
  return { ...subscription, period, nextActionMs: period.endMs };
}

function refuseUnless(subscription: Subscription, allowed: readonly SubscriptionStatus[]): void {
  if (allowed.includes(subscription.status)) return;
  throw new BillingError("subscription_transition_refused", {
    status: subscription.status,
    allowed_in: allowed,
  });
}
