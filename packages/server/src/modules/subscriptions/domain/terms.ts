import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Anchoring } from "#kernel/interval.ts";
import type { Item } from "./item.ts";
import { anchoringOf, type Subscription } from "./subscription.ts";
import type { Rest, Timeline } from "./timeline.ts";

/** What was sold over a time, and where its periods began. */
export interface Terms {
  readonly fromMs: EpochMs;
  /** Null while they hold. */
  readonly untilMs: EpochMs | null;
  readonly anchoring: Anchoring;
  readonly plan: Item;
  readonly addOns: readonly Item[];
}

/** Terms that were followed by others, and whose they were. */
export interface PastTerms extends Terms {
  readonly subscription: OwnedId;
  readonly untilMs: EpochMs;
}

/** What is sold now; null before it runs. A trial comes before the first terms that are billed. */
export function presentTerms(subscription: Subscription): Terms | null {
  const anchoring = anchoringOf(subscription);
  if (anchoring === null) return null;
  const { planId, planVersion, quantity, billable, licensed, addOns, endedAtMs } = subscription;
  const { termsSinceMs, trialEndMs, beganMs } = subscription;
  return {
    fromMs: termsSinceMs ?? trialEndMs ?? beganMs ?? anchoring.anchorMs,
    untilMs: endedAtMs,
    anchoring,
    plan: { planId, planVersion, quantity, billable, licensed },
    addOns,
  };
}

/** The time over which terms held, with the pauses in it. */
export function timelineOfTerms(
  { anchoring, fromMs, untilMs }: Pick<Terms, "anchoring" | "fromMs" | "untilMs">,
  rests: readonly Rest[],
): Timeline {
  const within = rests.filter(
    (rest) => rest.fromMs >= fromMs && (untilMs === null || rest.fromMs < untilMs),
  );
  return { anchoring, beganMs: fromMs, trialEndMs: null, endedAtMs: untilMs, rests: within };
}
