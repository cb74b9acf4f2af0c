import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { anchorOf, firstPeriod } from "./beginning.ts";
import { licensedAnew, runningPeriod, withNextAction } from "./lifecycle.ts";
import { wholeBookedPeriodOf } from "./segment.ts";
import type { Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** A pause that begins. */
export interface BegunPause {
  readonly atMs: EpochMs;
  /** Null while nobody knows. */
  readonly resumesAtMs: EpochMs | null;
  /** Whether what was paid for the rest of the period is given back: it is charged anew then. */
  readonly isGivenBack: boolean;
}

/**
 * Lets a subscription rest from an instant on, in or at the end of its period, which is cut there. A
 * change that waits goes on waiting: what falls due while it rests is made when it resumes.
 */
export function pausedAt(
  subscription: Subscription,
  { atMs, resumesAtMs, isGivenBack }: BegunPause,
): Subscription {
  refuseUnless(subscription, "pause");
  const period = runningPeriod(subscription);
  const paidUntilMs = isGivenBack ? null : period.endMs;
  // A change may have moved the period's end beyond the one that the pause was to have.
  const endMs = resumesAtMs === null ? null : Math.max(atMs, resumesAtMs);
  return {
    ...subscription,
    status: "paused",
    awaitedChange: null,
    period: { ...period, endMs: atMs },
    pause: { pausedAtMs: atMs, resumesAtMs: endMs, paidUntilMs },
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

/** How a pause ends. */
export interface Resuming {
  /** Whether periods are counted from here on. */
  readonly isMoved: boolean;
  /** Whether a payment of it failed and is not made good. */
  readonly isOwing: boolean;
}

/**
 * Ends a pause: periods go on, counted as before or, where `isMoved`, from here. The first of them is
 * what is left of the one that surrounds this instant. A pause that took no time leaves no trace.
 */
export function resumedAt(
  subscription: Subscription,
  atMs: EpochMs,
  { isMoved, isOwing }: Resuming,
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
  return withNextAction({
    ...(isPaid ? subscription : licensedAnew(subscription)),
    status: isOwing ? "past_due" : "active",
    anchorMs,
    period,
    pause: null,
    rests: isUntouched ? subscription.rests : [...subscription.rests, rest],
  });
}

/**
 * Whether the time of a change that waits came while the subscription rested: its instant, or the end
 * that its period would have had.
 */
export function isChangeDueAfterPause(subscription: Subscription, atMs: EpochMs): boolean {
  const { pendingChange } = subscription;
  if (pendingChange === null) return false;
  return (pendingChange.atMs ?? wholeBookedPeriodOf(subscription).endMs) <= atMs;
}

function anchorAfter(subscription: Subscription, atMs: EpochMs, isMoved: boolean): EpochMs {
  // Its first period is still to come: it is counted as it was asked to be.
  if (hasOnlyTried(subscription)) return anchorOf(subscription, atMs);
  return isMoved ? atMs : present(subscription.anchorMs, "what was paused had begun");
}

/**
 * A trial that was ended as it began took no time, and what was cut there was the trial: unless it was
 * the first period, cut as it began, that has been paid for.
 */
function hasOnlyTried(subscription: Subscription): boolean {
  const { trialEndMs, beganMs, pause } = subscription;
  const { startMs, endMs } = runningPeriod(subscription);
  if (trialEndMs === null) return false;
  const isPaidAhead = (pause?.paidUntilMs ?? trialEndMs) > trialEndMs;
  return startMs < trialEndMs || (beganMs === trialEndMs && endMs === trialEndMs && !isPaidAhead);
}
