import { type EpochMs, isWithin } from "#kernel/clock.ts";
import type { ErrorCode } from "#kernel/error.ts";
import type { Anchoring } from "#kernel/interval.ts";
import {
  isOver,
  isResting,
  isRunning,
  LATE_USAGE_MS,
  partAt,
  timelineOfTerms,
} from "#modules/subscriptions/domain/index.ts";
import type { SubscriptionFacts, TargetFacts } from "./facts.ts";
import { feedsOf } from "./feed.ts";
import type { PeriodOf } from "./period-of.ts";
import { isQuantity } from "./quantity.ts";
import { AHEAD_MAX_MS } from "./receipt.ts";
import { eventKey, type PlannedEvent, type UsageEvent } from "./usage-event.ts";

export interface Present {
  readonly serverNowMs: EpochMs;
  /** What occurred before this is not taken from customers that live by the server's clock. */
  readonly oldestMs: EpochMs;
  readonly periodOf: PeriodOf;
}

/** Where an event is counted, or the code of the refusal. */
export function planEvent(
  event: UsageEvent,
  target: TargetFacts,
  present: Present,
): PlannedEvent | ErrorCode {
  if (!isQuantity(event.quantity)) return "quantity_invalid";
  const facts = subscriptionOf(event, target, present);
  if (typeof facts === "string") return facts;
  const nowMs = facts.testClockAtMs ?? present.serverNowMs;
  const occurredAtMs = instantOf(event, nowMs);
  const sold = soldAt(facts, occurredAtMs);
  const refusal =
    stateRefusal(facts, nowMs) ??
    (sold.metrics.has(event.metric) ? null : "usage_metric_unknown") ??
    (isTooEarly(event, nowMs) ? "usage_too_early" : null) ??
    timeRefusal(facts, occurredAtMs, present.oldestMs);
  return (
    refusal ?? planned(event, facts, { nowMs, occurredAtMs, sold, periodOf: present.periodOf })
  );
}

/**
 * When an event counts as having occurred. Clocks differ: what is told a little ahead of the customer's
 * present happens now, so that nothing is counted in a time that may never come.
 */
export function instantOf({ occurredAtMs }: UsageEvent, nowMs: EpochMs): EpochMs {
  return occurredAtMs === null ? nowMs : Math.min(occurredAtMs, nowMs);
}

function isTooEarly({ occurredAtMs }: UsageEvent, nowMs: EpochMs): boolean {
  return occurredAtMs !== null && occurredAtMs > nowMs + AHEAD_MAX_MS;
}

/** The one subscription that an event is for. */
function subscriptionOf(
  event: UsageEvent,
  target: TargetFacts,
  { serverNowMs }: Present,
): SubscriptionFacts | ErrorCode {
  if (event.subscription !== null) return target?.[0] ?? "subscription_not_found";
  if (target === null) return "customer_not_found";
  const open = target.filter(
    (facts) => stateRefusal(facts, presentOf(facts, serverNowMs)) === null,
  );
  if (open.length === 0) return "subscription_not_found";
  const instantIn = (facts: SubscriptionFacts) => instantOf(event, presentOf(facts, serverNowMs));
  const metered = open.filter((facts) => soldAt(facts, instantIn(facts)).metrics.has(event.metric));
  const running = metered.filter((facts) => wasRunning(facts, instantIn(facts)));
  if (running.length > 1) return "usage_subscription_ambiguous";
  return running[0] ?? (metered.length > 0 ? "usage_outside_subscription" : "usage_metric_unknown");
}

function presentOf(facts: SubscriptionFacts, serverNowMs: EpochMs): EpochMs {
  return facts.testClockAtMs ?? serverNowMs;
}

function stateRefusal(facts: SubscriptionFacts, nowMs: EpochMs): ErrorCode | null {
  const { status, endedAtMs } = facts;
  if (status === "incomplete" || status === "scheduled") return "subscription_not_active";
  if (!isOver(facts)) return null;
  return endedAtMs !== null && nowMs < endedAtMs + LATE_USAGE_MS ? null : "subscription_closed";
}

function timeRefusal(
  facts: SubscriptionFacts,
  occurredAtMs: EpochMs,
  oldestMs: EpochMs,
): ErrorCode | null {
  if (facts.testClockAtMs === null && occurredAtMs < oldestMs) return "usage_too_late";
  if (facts.status === "paused" && isResting(facts.rests, occurredAtMs)) {
    return "subscription_paused";
  }
  return wasRunning(facts, occurredAtMs) ? null : "usage_outside_subscription";
}

function wasRunning(facts: SubscriptionFacts, instantMs: EpochMs): boolean {
  const { beganMs, endedAtMs, rests } = facts;
  if (beganMs === null || instantMs < beganMs || isResting(rests, instantMs)) return false;
  return endedAtMs === null || instantMs < endedAtMs;
}

/** What was sold at an instant, and from when until when. */
interface SoldThen extends Pick<SubscriptionFacts, "anchoring" | "metrics"> {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs | null;
}

/** What is sold of a subscription at an instant. */
export function soldAt(facts: SubscriptionFacts, instantMs: EpochMs): SoldThen {
  const { past, anchoring, metrics, termsSinceMs, trialEndMs, beganMs, endedAtMs } = facts;
  const before = past.find(({ endMs }) => instantMs < endMs);
  if (before !== undefined) return { ...before, fromMs: before.startMs, untilMs: before.endMs };
  const fromMs = termsSinceMs ?? trialEndMs ?? beganMs ?? Number.NEGATIVE_INFINITY;
  return { anchoring, metrics, fromMs, untilMs: endedAtMs };
}

/**
 * Where the part begins that ran of a period: a trial is one, what follows it begins at its end, and
 * pauses and changes cut it.
 */
function partStart(
  { beganMs, trialEndMs, rests }: SubscriptionFacts,
  instantMs: EpochMs,
  terms: {
    readonly anchoring: Anchoring;
    readonly fromMs: EpochMs;
    readonly untilMs: EpochMs | null;
  },
  periodOf: PeriodOf,
): EpochMs {
  if (beganMs !== null && trialEndMs !== null && instantMs < trialEndMs) return beganMs;
  if (rests.length > 0) return partAt(timelineOfTerms(terms, rests), instantMs).startMs;
  return Math.max(periodOf(terms.anchoring, instantMs).startMs, terms.fromMs);
}

function planned(
  event: UsageEvent,
  facts: SubscriptionFacts,
  at: {
    readonly nowMs: EpochMs;
    readonly occurredAtMs: EpochMs;
    readonly sold: SoldThen;
    readonly periodOf: PeriodOf;
  },
): PlannedEvent | ErrorCode {
  const { customerId, id, runningPeriod } = facts;
  const { anchoring, metrics, fromMs, untilMs } = at.sold;
  if (anchoring === null || runningPeriod === null) return "subscription_not_active";
  const meters = metrics.get(event.metric) ?? null;
  const isInRunning = isWithin(runningPeriod, at.occurredAtMs);
  return {
    key: eventKey(customerId, id, event.referenceId),
    customerId,
    subscriptionId: id,
    referenceId: event.referenceId,
    metric: event.metric,
    quantity: event.quantity,
    occurredAtMs: at.occurredAtMs,
    givenAtMs: event.occurredAtMs,
    receivedAtMs: at.nowMs,
    periodStartMs: isInRunning
      ? runningPeriod.startMs
      : partStart(facts, at.occurredAtMs, { anchoring, fromMs, untilMs }, at.periodOf),
    isPeriodOpen: isInRunning && isRunning(facts),
    isOnTestClock: facts.testClockAtMs !== null,
    properties: event.properties,
    feeds: meters === null ? null : feedsOf(event, meters),
  };
}
