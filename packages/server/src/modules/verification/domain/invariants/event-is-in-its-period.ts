import { isoInstant } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import { AHEAD_MAX_MS } from "#modules/metering/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type {
  ChangeFact,
  SubscriptionFact,
  UsageFact,
} from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { usageName } from "#modules/verification/domain/names.ts";
import { partHolding } from "#modules/verification/domain/segments.ts";
import { subscriptionKey } from "./invoice-of-line.ts";

export const eventIsInItsPeriod: Invariant = {
  name: "event_is_in_its_period",
  states: "A usage event occurred within the billing period that it is counted in.",
  find({ subscriptions, usage, changes }) {
    const subscriptionOf = new Map(subscriptions.map((known) => [ownedKey(known), known]));
    const changesOf = groupBy(changes, subscriptionKey);
    return usage.flatMap((events) => {
      const key = subscriptionKey(events);
      return compare(events, subscriptionOf.get(key), changesOf.get(key) ?? []);
    });
  },
};

function compare(
  events: UsageFact,
  subscription: SubscriptionFact | undefined,
  changes: readonly ChangeFact[],
): Finding[] {
  const named = usageName(events);
  const found = `events from ${isoInstant(events.firstMs)} to ${isoInstant(events.lastMs)}`;
  const part =
    subscription === undefined ? null : partHolding(subscription, changes, events.periodStartMs);
  if (part === null) return [{ ...named, expected: "a subscription that has begun", found }];
  const { startMs, endMs, period } = part;
  // What happened at the very instant of a cut was counted before it, and so was what
  // earlier versions let in ahead of the server's clock.
  const latestMs = endMs < period.endMs ? endMs + AHEAD_MAX_MS : endMs - 1;
  const isInside =
    startMs === events.periodStartMs && startMs <= events.firstMs && events.lastMs <= latestMs;
  if (isInside) return [];
  const expected = `events of the period from ${isoInstant(startMs)} to ${isoInstant(endMs)}`;
  return [{ ...named, expected, found }];
}
