import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { runningPeriod } from "./lifecycle.ts";
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

/** The period that what is charged in advance is for: the running one; in a pause, the one that it cut. */
export function bookedPeriodOf(subscription: Subscription): Period {
  if (subscription.status !== "paused") return runningPeriod(subscription);
  return wholeBookedPeriodOf(subscription);
}

/** The whole billing period that surrounds it. */
export function wholeBookedPeriodOf(subscription: Subscription): Period {
  if (subscription.status !== "paused") return wholePeriodOf(subscription);
  const anchoring = present(anchoringOf(subscription), "what was paused had begun");
  return periodAt(anchoring, runningPeriod(subscription).index);
}

/** What of the whole billing period is not before the subscription began or last went on; no change cuts it. */
export function openedPeriodOf(subscription: Subscription): Period {
  const whole = wholePeriodOf(subscription);
  return { ...whole, startMs: Math.max(whole.startMs, lastOpeningMs(subscription)) };
}

/** Where something last began that is no boundary between periods, or may be none. */
function lastCutMs(subscription: Subscription): EpochMs {
  return Math.max(
    lastOpeningMs(subscription),
    subscription.termsSinceMs ?? Number.NEGATIVE_INFINITY,
  );
}

function lastOpeningMs({ beganMs, trialEndMs, rests }: Subscription): EpochMs {
  const openings = [trialEndMs ?? beganMs, rests.at(-1)?.untilMs ?? null];
  return Math.max(...openings.map((atMs) => atMs ?? Number.NEGATIVE_INFINITY));
}
