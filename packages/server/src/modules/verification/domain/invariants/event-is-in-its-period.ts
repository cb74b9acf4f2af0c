import { isoInstant } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { partAt } from "#modules/subscriptions/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { SubscriptionFact, UsageFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { usageName } from "#modules/verification/domain/names.ts";
import { subscriptionKey } from "./invoice-of-line.ts";

export const eventIsInItsPeriod: Invariant = {
  name: "event_is_in_its_period",
  states: "A usage event occurred within the billing period that it is counted in.",
  find({ subscriptions, usage }) {
    const subscriptionOf = new Map(subscriptions.map((known) => [ownedKey(known), known]));
    return usage.flatMap((events) => compare(events, subscriptionOf.get(subscriptionKey(events))));
  },
};

function compare(events: UsageFact, subscription: SubscriptionFact | undefined): Finding[] {
  const named = usageName(events);
  const found = `events from ${isoInstant(events.firstMs)} to ${isoInstant(events.lastMs)}`;
  const { anchoring, beganMs, trialEndMs, rests } = subscription ?? NOT_BEGUN;
  if (anchoring === null || beganMs === null) {
    return [{ ...named, expected: "a subscription that has begun", found }];
  }
  const timeline = { anchoring, beganMs, trialEndMs, endedAtMs: null, rests };
  const { startMs, endMs, period } = partAt(timeline, events.periodStartMs);
  // What happened at the very instant of a cut was counted before it.
  const isBeforeEnd = events.lastMs < period.endMs || events.lastMs === endMs;
  const isInside = startMs === events.periodStartMs && startMs <= events.firstMs && isBeforeEnd;
  if (isInside) return [];
  const expected = `events of the period from ${isoInstant(startMs)} to ${isoInstant(endMs)}`;
  return [{ ...named, expected, found }];
}

const NOT_BEGUN = { anchoring: null, beganMs: null, trialEndMs: null, rests: [] };
