import { isoInstant } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { periodAt } from "#kernel/interval.ts";
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
  const { anchoring, period, endedAtMs } = subscription;
  if (anchoring === null || period === null) {
    if (anchoring === null && period === null) return [];
    const found = "one without the other";
    return [{ ...subscriptionName(subscription), expected: "an anchor with a period", found }];
  }
  const due = periodAt(anchoring, period.index);
  const endMs = endedAtMs ?? due.endMs;
  if (period.startMs === due.startMs && period.endMs === endMs) return [];
  return [
    {
      ...subscriptionName(subscription),
      expected: `period ${period.index} from ${isoInstant(due.startMs)} to ${isoInstant(endMs)}`,
      found: `from ${isoInstant(period.startMs)} to ${isoInstant(period.endMs)}`,
    },
  ];
}

function wrongCloses(subscription: SubscriptionFact, closed: readonly number[]): Finding[] {
  const { anchoring, period, status } = subscription;
  const count = period === null ? 0 : period.index + (status === "canceled" ? 1 : 0);
  const due =
    anchoring === null
      ? []
      : Array.from({ length: count }, (_, index) => periodAt(anchoring, index).startMs);
  if (due.length === closed.length && due.every((startMs, at) => startMs === closed[at])) return [];
  return [
    {
      ...subscriptionName(subscription),
      expected: `closed: ${spanText(due)}`,
      found: `closed: ${spanText(closed)}`,
    },
  ];
}

function spanText(starts: readonly number[]): string {
  const [first] = starts;
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return "no period";
  return `${starts.length} periods from ${isoInstant(first)} to the one from ${isoInstant(last)}`;
}
