import { present } from "#kernel/assert.ts";
import { DAY_MS, type EpochMs } from "#kernel/clock.ts";
import { anchorOf, firstPeriod } from "./beginning.ts";
import type { Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** How long before its end a trial's end is announced; at once where it is shorter. */
const TRIAL_NOTICE_MS = 3 * DAY_MS;

/** Starts a trial at `startMs`. It is one period, and the periods that are paid for follow it. */
export function trialBegun(
  subscription: Subscription,
  { startMs, endMs, nowMs }: { startMs: EpochMs; endMs: EpochMs; nowMs: EpochMs },
): Subscription {
  refuseUnless(subscription, "begin");
  return {
    ...subscription,
    status: "trialing",
    anchorMs: anchorOf(subscription, endMs),
    beganMs: startMs,
    trialEndMs: endMs,
    period: { index: 0, startMs, endMs },
    activatedAtMs: nowMs,
    nextActionMs: Math.max(startMs, endMs - TRIAL_NOTICE_MS),
  };
}

/** The end of the trial was announced; next comes that end. */
export function trialAnnounced(subscription: Subscription): Subscription {
  refuseUnless(subscription, "end_trial");
  return { ...subscription, nextActionMs: endOfTrial(subscription) };
}

/** Whether the trial's end is still to be announced before it comes. */
export function awaitsTrialNotice(subscription: Subscription): boolean {
  const { status, nextActionMs } = subscription;
  return status === "trialing" && nextActionMs !== null && nextActionMs < endOfTrial(subscription);
}

/** The trial ends, at the latest when it was to, and the first period begins. */
export function trialEnded(subscription: Subscription, atMs: EpochMs): Subscription {
  refuseUnless(subscription, "end_trial");
  const anchorMs = anchorOf(subscription, atMs);
  const period = firstPeriod(subscription, anchorMs, atMs);
  return {
    ...subscription,
    status: "active",
    anchorMs,
    trialEndMs: atMs,
    period,
    nextActionMs: period.endMs,
  };
}

export function endOfTrial({ trialEndMs }: Subscription): EpochMs {
  return present(trialEndMs, "a trial has an end");
}

/** A trial ends without what its first period needs: it rests there, until somebody resumes it. */
export function pausedAfterTrial(subscription: Subscription, atMs: EpochMs): Subscription {
  refuseUnless(subscription, "pause_after_trial");
  return {
    ...subscription,
    status: "paused",
    trialEndMs: atMs,
    period: { index: 0, startMs: present(subscription.beganMs, "a trial has begun"), endMs: atMs },
    pause: { pausedAtMs: atMs, resumesAtMs: null, paidUntilMs: null },
    nextActionMs: null,
  };
}
