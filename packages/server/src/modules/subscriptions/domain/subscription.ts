import type { EpochMs, Period } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring, Interval } from "#kernel/interval.ts";
import type { Beginning } from "./beginning.ts";
import type { Item } from "./item.ts";
import type { AwaitedChange, PendingChange } from "./pending-change.ts";
import type { Rest, Timeline } from "./timeline.ts";

/**
 * - `scheduled`: begins at an instant to come. `incomplete`: waits for its first payment or a card.
 * - `trialing`, `active`, `past_due`: it runs; the last of them owes for a period.
 * - `paused`: it rests, and nothing is billed.
 * - `canceled`, `expired`: it has ended; an expired term may be bought again.
 */
export const subscriptionStatuses = [
  "incomplete",
  "scheduled",
  "trialing",
  "active",
  "past_due",
  "paused",
  "canceled",
  "expired",
] as const;

export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

/** The billing period that runs now, counted from the anchor; a change inside it cuts its beginning. */
export interface RunningPeriod extends Period {
  readonly index: number;
}

/** A pause that runs, or one that begins when the running period ends. */
export interface Pause {
  /** Null until it has begun. */
  readonly pausedAtMs: EpochMs | null;
  /** When it ends by itself; null: when somebody ends it. */
  readonly resumesAtMs: EpochMs | null;
  /** Until when prices in advance are paid for; null until it has begun. */
  readonly paidUntilMs: EpochMs | null;
}

/** A subscription is an item itself: what it has of its plan. */
export interface Subscription extends OwnedId, Item {
  readonly addOns: readonly Item[];
  readonly status: SubscriptionStatus;
  readonly title: string | null;
  /** The merchant's own id for this subscription, unique within the project. */
  readonly referenceId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly timeZone: string;
  readonly interval: Interval;
  /** How it was asked to begin; null: at once, and counted from there. */
  readonly beginning: Beginning | null;
  /** Since when these terms hold: the start of a period, or where one was cut. Null: from the first on. */
  readonly termsSinceMs: EpochMs | null;
  readonly pendingChange: PendingChange | null;
  /** What is granted when its invoice is paid; null when nothing waits for a payment. */
  readonly awaitedChange: AwaitedChange | null;
  /** Null until it runs. In a trial, where the periods after it are counted from. */
  readonly anchorMs: EpochMs | null;
  /** The first instant at which it ran; null until then. */
  readonly beganMs: EpochMs | null;
  /** Until when its trial runs, or ran; null where there is none. */
  readonly trialEndMs: EpochMs | null;
  /** Null until it runs; a trial is one period. While it rests and after its end, the last, cut there. */
  readonly period: RunningPeriod | null;
  /** Terms that are bought beyond the running one. */
  readonly termsAhead: number;
  /** The pause that it is in, or that begins when its period ends. */
  readonly pause: Pause | null;
  /** The pauses that are over, and the gaps between terms, oldest first. */
  readonly rests: readonly Rest[];
  readonly cancelsAtPeriodEnd: boolean;
  readonly canceledAtMs: EpochMs | null;
  /** No period runs after this instant; late usage is taken a little longer. */
  readonly endedAtMs: EpochMs | null;
  /** When time next has something to do here, in the customer's own time; null when never. */
  readonly nextActionMs: EpochMs | null;
  readonly isOnTestClock: boolean;
  readonly createdAtMs: EpochMs;
  readonly activatedAtMs: EpochMs | null;
}

/** What decides where this subscription's periods begin, or null before it runs. */
export function anchoringOf(subscription: Subscription): Anchoring | null {
  const { anchorMs, interval, timeZone } = subscription;
  return anchorMs === null ? null : { anchorMs, interval, timeZone };
}

/** When it ran and what its periods are counted from, or null before it runs. */
export function timelineOf(subscription: Subscription): Timeline | null {
  const anchoring = anchoringOf(subscription);
  const { beganMs, trialEndMs, endedAtMs } = subscription;
  if (anchoring === null || beganMs === null) return null;
  return { anchoring, beganMs, trialEndMs, endedAtMs, rests: restsOf(subscription) };
}

/** The pauses of a subscription, with the one that runs. */
export function restsOf({
  rests,
  pause,
  anchorMs,
}: Pick<Subscription, "rests" | "pause" | "anchorMs">): readonly Rest[] {
  const fromMs = pause?.pausedAtMs ?? null;
  if (fromMs === null || anchorMs === null) return rests;
  return [...rests, { fromMs, untilMs: null, anchorMs }];
}
