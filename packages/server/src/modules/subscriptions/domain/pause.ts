import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { anchorOf, firstPeriod } from "./beginning.ts";
import { licensedAnew, runningPeriod } from "./lifecycle.ts";
import type { Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** Lets a subscription rest from an instant on, in or at the end of its period, which is cut there. */
export function pausedAt(
  subscription: Subscription,
  atMs: EpochMs,
  resumesAtMs: EpochMs | null,
): Subscription {
  refuseUnless(subscription, "pause");
  const period = runningPeriod(subscription);
  // A change may have moved the period's end beyond the one that the pause was to have.
  const endMs = resumesAtMs === null ? null : Math.max(atMs, resumesAtMs);
  return {
    ...subscription,
    status: "paused",
    pendingChange: null,
    awaitedChange: null,
    period: { ...period, endMs: atMs },
    pause: { pausedAtMs: atMs, resumesAtMs: endMs, paidUntilMs: period.endMs },
    nextActionMs: endMs,
  };
}

/** Lets it rest when its period ends. Said again, the newer end of the pause holds. */
export function pausingAtPeriodEnd(
  subscription: Subscription,
  resumesAtMs: EpochMs | null,
): Subscription {
  refuseUnless(subscription, "pause");
  return { ...subscription, pause: { pausedAtMs: null, resumesAtMs, paidUntilMs: null } };
}

/** A pause that has not begun is not to be. */
export function pauseWithdrawn(subscription: Subscription): Subscription {
  refuseUnless(subscription, "resume");
  return { ...subscription, pause: null };
}

/** When a pause that runs began. */
function pausedSince({ pause }: Subscription): EpochMs {
  return present(pause?.pausedAtMs, "what is paused was paused at some time");
}

/**
 * Ends a pause: periods go on, counted as before or, where `isMoved`, from here. The first of them is
 * what is left of the one that surrounds this instant. A pause that took no time leaves no trace.
 */
export function resumedAt(
  subscription: Subscription,
  atMs: EpochMs,
  { isMoved, isOwing }: { readonly isMoved: boolean; readonly isOwing: boolean },
): Subscription {
  refuseUnless(subscription, "resume");
  const fromMs = pausedSince(subscription);
  const cut = runningPeriod(subscription);
  const oldAnchorMs = present(subscription.anchorMs, "what was paused had begun");
  const isUntouched = cut.startMs === fromMs && fromMs === atMs;
  const anchorMs = anchorAfter(subscription, atMs, isMoved && !isUntouched);
  const period = firstPeriod(subscription, anchorMs, atMs);
  const rest = { fromMs, untilMs: atMs, anchorMs: oldAnchorMs };
  const isPaid = anchorMs === oldAnchorMs && atMs < (subscription.pause?.paidUntilMs ?? atMs);
  return {
    ...(isPaid ? subscription : licensedAnew(subscription)),
    status: isOwing ? "past_due" : "active",
    anchorMs,
    period,
    pause: null,
    rests: isUntouched ? subscription.rests : [...subscription.rests, rest],
    nextActionMs: period.endMs,
  };
}

function anchorAfter(subscription: Subscription, atMs: EpochMs, isMoved: boolean): EpochMs {
  const { trialEndMs, anchorMs } = subscription;
  const hasOnlyTried = trialEndMs !== null && runningPeriod(subscription).startMs < trialEndMs;
  // Its first period is still to come: it is counted as it was asked to be.
  if (hasOnlyTried) return anchorOf(subscription, atMs);
  return isMoved ? atMs : present(anchorMs, "what was paused had begun");
}
