import type { EpochMs } from "#kernel/clock.ts";
import type { Interval } from "#kernel/interval.ts";
import { isSameInterval } from "./change.ts";
import { runningPeriod, withNextAction } from "./lifecycle.ts";
import type { Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/**
 * Lets the running period be the last one. A change whose instant comes before its end is still made,
 * unless its interval, `waiting`, is another: that would begin a period of its own, and end with that
 * one. What was to follow is not made. Said twice it is the same.
 */
export function endingAtPeriodEnd(
  subscription: Subscription,
  nowMs: EpochMs,
  waiting: Interval | null,
): Subscription {
  refuseUnless(subscription, "cancel_at_period_end");
  const canceledAtMs = subscription.canceledAtMs ?? nowMs;
  const ending = { ...subscription, cancelsAtPeriodEnd: true, canceledAtMs, awaitedChange: null };
  const { pendingChange, interval } = subscription;
  if (pendingChange === null) return ending;
  const isMadeBefore = (pendingChange.atMs ?? Infinity) < runningPeriod(subscription).endMs;
  if (isMadeBefore && waiting !== null && isSameInterval(interval, waiting)) return ending;
  return withNextAction({ ...ending, pendingChange: null });
}

/** Lets it run on after all. Said twice, or of one that was never to end, it is the same. */
export function cancellationUndone(subscription: Subscription): Subscription {
  refuseUnless(subscription, "undo_cancellation");
  return { ...subscription, cancelsAtPeriodEnd: false, canceledAtMs: null };
}
