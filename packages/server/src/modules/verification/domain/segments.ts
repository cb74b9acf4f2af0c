import type { EpochMs } from "#kernel/clock.ts";
import {
  isOver,
  type PartOfPeriod,
  partAt,
  partsBefore,
  type Timeline,
  timelineOfTerms,
} from "#modules/subscriptions/domain/index.ts";
import type { ChangeFact, SubscriptionFact } from "./facts.ts";

/** The time of the present terms; null before they run. */
export function presentTimeline(subscription: SubscriptionFact): Timeline | null {
  const { anchoring, beganMs, trialEndMs, termsSinceMs, rests } = subscription;
  if (anchoring === null || beganMs === null) return null;
  const fromMs = termsSinceMs ?? trialEndMs ?? beganMs;
  return timelineOfTerms({ anchoring, fromMs, untilMs: null }, rests);
}

/** The times of the terms before, oldest first. */
function pastTimelines(
  { rests }: SubscriptionFact,
  changes: readonly ChangeFact[],
): (Timeline & { readonly endedAtMs: EpochMs })[] {
  return changes
    .filter(({ isCut }) => isCut)
    .map(({ sinceMs, atMs, anchoring }) => ({
      ...timelineOfTerms({ anchoring, fromMs: sinceMs, untilMs: atMs }, rests),
      endedAtMs: atMs,
    }))
    .toSorted((one, other) => one.beganMs - other.beganMs);
}

/** Where the billing periods began, and the parts of some that changes and pauses left, that are over. */
export function closedStarts(
  subscription: SubscriptionFact,
  changes: readonly ChangeFact[],
): EpochMs[] {
  const timeline = presentTimeline(subscription);
  const { period, status, rests } = subscription;
  if (timeline === null || period === null) return [];
  const past = pastTimelines(subscription, changes).flatMap((before) =>
    partsBefore(before, before.endedAtMs),
  );
  // The last one was closed even if it ended as it began, unless it was a pause that cut it there.
  const isCutByPause = rests.some(({ fromMs }) => fromMs === period.endMs);
  const lastMs = isCutByPause ? period.endMs : period.startMs + 1;
  const untilMs = isOver(subscription) || status === "paused" ? lastMs : period.startMs;
  return [...past, ...partsBefore(timeline, untilMs)].map(({ startMs }) => startMs);
}

/** What ran of the period that holds an instant; null before the first one. */
export function partHolding(
  subscription: SubscriptionFact,
  changes: readonly ChangeFact[],
  instantMs: EpochMs,
): PartOfPeriod | null {
  const timeline = presentTimeline(subscription);
  if (timeline === null) return null;
  const { beganMs, trialEndMs } = subscription;
  if (beganMs !== null && trialEndMs !== null && instantMs < trialEndMs) {
    return partAt({ ...timeline, beganMs, trialEndMs }, instantMs);
  }
  const before = pastTimelines(subscription, changes).find(
    ({ endedAtMs }) => instantMs < endedAtMs,
  );
  return partAt(before ?? timeline, instantMs);
}
