import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Interval } from "#kernel/interval.ts";
import { anchorOf } from "./beginning.ts";
import { countedFrom, renewed, runningPeriod, withNextAction } from "./lifecycle.ts";
import { type Resuming, resumedAt } from "./pause.ts";
import type { AwaitedChange, HeldItems, PendingChange } from "./pending-change.ts";
import type { Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";
import { endOfTrial } from "./trial.ts";

/** What a subscription is to hold, and for how long its periods then are. */
export interface NewTerms extends HeldItems {
  readonly interval: Interval;
}

/** When and how a running period is changed. */
interface ChangeInPeriod {
  readonly atMs: EpochMs;
  /** Whether what ran of the period until then is over, and something new begins. */
  readonly isCut: boolean;
  /** What another interval is counted from: the change itself, or before, when it was asked for. */
  readonly anchorMs: EpochMs;
}

/**
 * The subscription on other terms from an instant of its running period on. Another interval begins a
 * period of its own there, or what is left of one. Else the period ends when it would have.
 */
export function changedAt(
  subscription: Subscription,
  terms: NewTerms,
  { atMs, isCut, anchorMs }: ChangeInPeriod,
): Subscription {
  refuseUnless(subscription, "change");
  const after = holding(subscription, terms);
  if (subscription.status === "trialing") return tryingOut(after, terms.interval);
  if (!isSameInterval(subscription.interval, terms.interval)) {
    const restarted = { ...after, interval: terms.interval, termsSinceMs: atMs };
    return countedFrom(restarted, anchorMs, atMs);
  }
  if (!isCut) return withNextAction(after);
  const period = { ...runningPeriod(subscription), startMs: atMs };
  return withNextAction({ ...after, period, termsSinceMs: atMs });
}

/**
 * The subscription with a change that waits, in place of any other; null withdraws what waits. Refuses
 * what would come after its end.
 */
export function scheduled(
  subscription: Subscription,
  pendingChange: PendingChange | null,
): Subscription {
  refuseUnless(subscription, "schedule_change");
  const { endMs } = runningPeriod(subscription);
  const atMs = pendingChange?.atMs ?? endMs;
  if (pendingChange !== null && subscription.cancelsAtPeriodEnd && atMs >= endMs) {
    throw new BillingError("subscription_transition_refused", {
      status: subscription.status,
      cancel_at_period_end: true,
      allowed: "a change before the period's end",
    });
  }
  return withNextAction({ ...subscription, pendingChange });
}

/** The subscription as it is, with a change that is made once its invoice is paid. */
export function awaiting(subscription: Subscription, awaitedChange: AwaitedChange): Subscription {
  refuseUnless(subscription, "change");
  return { ...subscription, awaitedChange };
}

/** Whether its change is made when this invoice is paid. */
export function awaitsInvoice(
  subscription: Pick<Subscription, "awaitedChange"> | null,
  { id }: { readonly id: bigint },
): boolean {
  return subscription?.awaitedChange?.invoiceId === id;
}

/** The period that has ended is over, and the next one runs on other terms. */
export function renewedOn(subscription: Subscription, terms: NewTerms): Subscription {
  const boundaryMs = runningPeriod(subscription).endMs;
  const isSame = isSameInterval(subscription.interval, terms.interval);
  const after = { ...holding(subscription, terms), termsSinceMs: boundaryMs };
  return isSame ? renewed(after) : countedFrom({ ...after, interval: terms.interval }, boundaryMs);
}

/**
 * What rests goes on at an instant on other terms. Of another interval, its periods are counted from
 * there.
 */
export function resumedOn(
  subscription: Subscription,
  terms: NewTerms,
  { atMs, ...resuming }: { readonly atMs: EpochMs } & Resuming,
): Subscription {
  const resumed = resumedAt(subscription, atMs, resuming);
  const after = { ...holding(resumed, terms), termsSinceMs: atMs };
  return isSameInterval(subscription.interval, terms.interval)
    ? withNextAction(after)
    : countedFrom({ ...after, interval: terms.interval }, atMs);
}

/** The subscription without the change that waits for its time; one may be withdrawn in a pause, too. */
export function unscheduled(subscription: Subscription): Subscription {
  return subscription.status === "paused"
    ? { ...subscription, pendingChange: null }
    : scheduled(subscription, null);
}

export function isSameInterval(one: Interval, other: Interval): boolean {
  return one.unit === other.unit && one.count === other.count;
}

/** A trial runs on to its end, whatever is tried; the periods after it are those of what is held then. */
function tryingOut(subscription: Subscription, interval: Interval): Subscription {
  const after = { ...subscription, interval };
  return { ...after, anchorMs: anchorOf(after, endOfTrial(after)) };
}

function holding(subscription: Subscription, { plan, addOns }: NewTerms): Subscription {
  return { ...subscription, ...plan, addOns, pendingChange: null, awaitedChange: null };
}
