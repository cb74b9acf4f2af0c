import type { EpochMs, Period } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring, Interval } from "#kernel/interval.ts";

/** incomplete (awaiting its first payment or card) → active → past_due → canceled. */
export type SubscriptionStatus = "incomplete" | "active" | "past_due" | "canceled";

/** The billing period that runs now, counted from the anchor. */
export interface RunningPeriod extends Period {
  readonly index: number;
}

export interface Subscription extends OwnedId {
  readonly planId: bigint;
  readonly planVersion: number;
  readonly status: SubscriptionStatus;
  readonly title: string | null;
  /** The merchant's own id for this subscription, unique within the project. */
  readonly referenceId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly timeZone: string;
  readonly interval: Interval;
  /** Null until the subscription is active. */
  readonly anchorMs: EpochMs | null;
  /** Null until the subscription is active; after its end, the last period, cut at the end. */
  readonly period: RunningPeriod | null;
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

/** What decides where this subscription's periods begin, or null before it is active. */
export function anchoringOf(subscription: Subscription): Anchoring | null {
  const { anchorMs, interval, timeZone } = subscription;
  return anchorMs === null ? null : { anchorMs, interval, timeZone };
}
