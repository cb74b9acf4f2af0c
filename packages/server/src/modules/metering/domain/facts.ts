import type { EpochMs, Period } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring } from "#kernel/interval.ts";
import type { Rest, SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import type { Meter } from "./meter.ts";

/** By metric, the meters that read it, or null where it is added up under its own name and no other. */
export type MetersOfMetric = ReadonlyMap<string, readonly Meter[] | null>;

/** What was sold over a time that is over, and where its billing periods began. */
export interface PastTermsFacts extends Period {
  readonly anchoring: Anchoring;
  readonly metrics: MetersOfMetric;
}

/** What decides whether an event of a subscription is taken, and where it is counted. */
export interface SubscriptionFacts extends OwnedId {
  readonly status: SubscriptionStatus;
  /** Null until the subscription is active. */
  readonly anchoring: Anchoring | null;
  /** Null until the subscription is active. */
  readonly runningPeriod: Period | null;
  /** The first instant at which it ran; null until then. */
  readonly beganMs: EpochMs | null;
  readonly trialEndMs: EpochMs | null;
  readonly endedAtMs: EpochMs | null;
  /** Its pauses, with the one that runs, oldest first. */
  readonly rests: readonly Rest[];
  /** What the subscription's plan and add-ons price. */
  readonly metrics: MetersOfMetric;
  /** Since when that is so; null from the first period on. */
  readonly termsSinceMs: EpochMs | null;
  /** What was sold before that, oldest first. */
  readonly past: readonly PastTermsFacts[];
  /** The customer's own present, or null when it lives by the server's clock. */
  readonly testClockAtMs: EpochMs | null;
}

/** The subscriptions that an event's target stands for; null when there is no such target. */
export type TargetFacts = readonly SubscriptionFacts[] | null;
