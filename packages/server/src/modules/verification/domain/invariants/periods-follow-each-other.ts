import { type EpochMs, isoInstant, type Period } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { periodAt, periodIndexAt } from "#kernel/interval.ts";
import { isOver, partAt, partsBefore } from "#modules/subscriptions/domain/index.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { CloseFact, SubscriptionFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { subscriptionName } from "#modules/verification/domain/names.ts";
import { subscriptionKey } from "./invoice-of-line.ts";

export const periodsFollowEachOther: Invariant = {
  name: "periods_follow_each_other",
  states: "A subscription's periods were closed one after the other, up to the one that runs.",
  find({ subscriptions, closes }) {
    const renewals = closes.filter(({ kind }) => kind === "renewal");
    return pairs(subscriptions, ownedKey, renewals, subscriptionKey).flatMap(compare);
  },
};

function compare({ left: [known], right: closes }: Pair<SubscriptionFact, CloseFact>): Finding[] {
  const [close] = closes;
  if (known === undefined) {
    if (close === undefined) return [];
    const name = subscriptionName({ customerId: close.customerId, id: close.subscriptionId });
    return [{ ...name, expected: "a subscription", found: "only its closes" }];
  }
  const closed = closes.map(({ periodStartMs }) => periodStartMs).toSorted((a, b) => a - b);
  return [...wrongPeriod(known), ...wrongCloses(known, closed)];
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
  const { anchoring, period, beganMs, trialEndMs, rests } = subscription;
  if (isTrial({ period, trialEndMs })) return { startMs: beganMs, endMs: trialEndMs ?? beganMs };
  if (rests.length > 0) return restedPeriod(subscription);
  return cutAt(periodAt(anchoring, period.index), trialEndMs ?? beganMs);
}

/** What runs after a pause, or ran until one. A pause at the start of a period left nothing of it. */
function restedPeriod({ anchoring, period, beganMs, trialEndMs, rests }: Begun): Period {
  const rest = rests.find(({ fromMs }) => fromMs === period.startMs);
  if (rest !== undefined && rest === rests.at(-1) && rest.untilMs !== rest.fromMs) {
    return { startMs: rest.fromMs, endMs: rest.fromMs };
  }
  return partAt({ anchoring, beganMs, trialEndMs, endedAtMs: null, rests }, period.startMs);
}

/** The first period may begin later than the anchor's. */
function cutAt({ startMs, endMs }: Period, firstMs: EpochMs): Period {
  return { startMs: Math.max(startMs, firstMs), endMs };
}

function isTrial({ period, trialEndMs }: Pick<Begun, "period" | "trialEndMs">): boolean {
  return trialEndMs !== null && period.startMs < trialEndMs;
}

function wrongCloses(subscription: SubscriptionFact, closed: readonly number[]): Finding[] {
  const due = dueCloses(subscription);
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
function dueCloses({
  anchoring,
  period,
  status,
  beganMs,
  trialEndMs,
  rests,
}: SubscriptionFact): readonly EpochMs[] {
  if (anchoring === null || period === null || beganMs === null) return [];
  if (isTrial({ period, trialEndMs })) return [];
  if (rests.length > 0) {
    const untilMs = isOver({ status }) || status === "paused" ? period.endMs : period.startMs;
    const timeline = { anchoring, beganMs, trialEndMs, endedAtMs: null, rests };
    return partsBefore(timeline, untilMs).map(({ startMs }) => startMs);
  }
  const firstMs = trialEndMs ?? beganMs;
  const first = firstMs === anchoring.anchorMs ? 0 : periodIndexAt(anchoring, firstMs);
  const count = period.index - first + (isOver({ status }) ? 1 : 0);
  return Array.from(
    { length: count },
    (_, at) => cutAt(periodAt(anchoring, first + at), firstMs).startMs,
  );
}

function spanText(starts: readonly number[]): string {
  const [first] = starts;
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return "no period";
  return `${starts.length} periods from ${isoInstant(first)} to the one from ${isoInstant(last)}`;
}
