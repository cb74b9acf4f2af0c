import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { anchoringOf, type Subscription } from "./subscription.ts";

/**
 * The whole billing period that surrounds what runs of it. Only the first one, the first after a pause,
 * and what a change cut, is less than that; a trial is a period of its own.
 */
export function wholePeriodOf(subscription: Subscription): Period {
  const { anchorMs, status } = subscription;
  const because = "what runs is anchored";
  const { index, ...running } = present(subscription.period, because);
  const cutMs = lastCutMs(subscription);
  if (status === "trialing" || running.startMs !== cutMs || cutMs === anchorMs) return running;
  return periodAt(present(anchoringOf(subscription), because), index);
}

/** Where something last began that is no boundary between periods, or may be none. */
function lastCutMs({ beganMs, trialEndMs, termsSinceMs, rests }: Subscription): EpochMs {
  const cuts = [trialEndMs ?? beganMs, termsSinceMs, rests.at(-1)?.untilMs ?? null];
  return Math.max(...cuts.map((cutMs) => cutMs ?? Number.NEGATIVE_INFINITY));
}
