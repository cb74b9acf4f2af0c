import { type EpochMs, isoInstant, type Period } from "#kernel/clock.ts";
import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import { partAt } from "#modules/subscriptions/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type {
  ChangeFact,
  CloseFact,
  SubscriptionFact,
} from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { subscriptionName } from "#modules/verification/domain/names.ts";
import { closedStarts, presentTimeline } from "#modules/verification/domain/segments.ts";
import { subscriptionKey } from "./invoice-of-line.ts";

export const periodsFollowEachOther: Invariant = {
  name: "periods_follow_each_other",
  states: "A subscription's periods were closed one after the other, up to the one that runs.",
  find({ subscriptions, closes, changes }) {
    const ended = closes.filter(({ kind }) => kind === "renewal" || kind === "change");
    const changesOf = groupBy(changes, subscriptionKey);
    return pairs(subscriptions, ownedKey, ended, subscriptionKey).flatMap((pair) => {
      const [known] = pair.left;
      return compare(pair, known === undefined ? [] : (changesOf.get(ownedKey(known)) ?? []));
    });
  },
};

function compare(
  { left: [known], right: closes }: Pair<SubscriptionFact, CloseFact>,
  changes: readonly ChangeFact[],
): Finding[] {
  const [close] = closes;
  if (known === undefined) {
    if (close === undefined) return [];
    const name = subscriptionName({ customerId: close.customerId, id: close.subscriptionId });
    return [{ ...name, expected: "a subscription", found: "only its closes" }];
  }
  const closed = closes.map(({ periodStartMs }) => periodStartMs).toSorted((a, b) => a - b);
  return [...wrongPeriod(known), ...wrongCloses(known, changes, closed)];
}

/** The period that is said to run, against the one that the anchor gives. */
function wrongPeriod(subscription: SubscriptionFact): Finding[] {
  const { anchoring, period, beganMs, endedAtMs } = subscription;
  if (anchoring === null || period === null || beganMs === null) {
    if (anchoring === null && period === null && beganMs === null) return [];
    const found = "some of them without the others";
    return [{ ...subscriptionName(subscription), expected: "an anchor with a period", found }];
  }
  const due = duePeriod({ ...subscription, anchoring, period, beganMs });
  const endMs = Math.min(endedAtMs ?? due.endMs, due.endMs);
  if (period.startMs === due.startMs && period.endMs === endMs) return [];
  return [
    {
      ...subscriptionName(subscription),
      expected: `period ${period.index} from ${isoInstant(due.startMs)} to ${isoInstant(endMs)}`,
      found: `from ${isoInstant(period.startMs)} to ${isoInstant(period.endMs)}`,
    },
  ];
}

type Begun = SubscriptionFact & {
  readonly anchoring: NonNullable<SubscriptionFact["anchoring"]>;
  readonly period: NonNullable<SubscriptionFact["period"]>;
  readonly beganMs: EpochMs;
};

function duePeriod(subscription: Begun): Period {
  const { period, beganMs, trialEndMs, rests } = subscription;
  if (isTrial({ period, trialEndMs })) return { startMs: beganMs, endMs: trialEndMs ?? beganMs };
  // A pause at the start of a period left nothing of it.
  const rest = rests.find(({ fromMs }) => fromMs === period.startMs);
  if (rest !== undefined && rest === rests.at(-1) && rest.untilMs !== rest.fromMs) {
    return { startMs: rest.fromMs, endMs: rest.fromMs };
  }
  const timeline = presentTimeline(subscription);
  return timeline === null ? period : partAt(timeline, period.startMs);
}

function isTrial({ period, trialEndMs }: Pick<Begun, "period" | "trialEndMs">): boolean {
  return trialEndMs !== null && period.startMs < trialEndMs;
}

function wrongCloses(
  subscription: SubscriptionFact,
  changes: readonly ChangeFact[],
  closed: readonly number[],
): Finding[] {
  const due = dueCloses(subscription, changes);
  if (due.length === closed.length && due.every((startMs, at) => startMs === closed[at])) return [];
  return [
    {
      ...subscriptionName(subscription),
      expected: `closed: ${spanText(due)}`,
      found: `closed: ${spanText(closed)}`,
    },
  ];
}

/** Where the periods begin that are over. A trial is closed by the opening of what follows it. */
function dueCloses(
  subscription: SubscriptionFact,
  changes: readonly ChangeFact[],
): readonly EpochMs[] {
  const { period, trialEndMs } = subscription;
  if (period === null || isTrial({ period, trialEndMs })) return [];
  return closedStarts(subscription, changes);
}

function spanText(starts: readonly number[]): string {
  const [first] = starts;
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return "no period";
  return `${starts.length} periods from ${isoInstant(first)} to the one from ${isoInstant(last)}`;
}
