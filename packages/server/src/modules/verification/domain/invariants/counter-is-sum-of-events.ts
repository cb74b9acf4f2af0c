import type { Finding } from "#modules/verification/domain/breach.ts";
import type { CounterFact, UsageFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs, sumOf } from "#modules/verification/domain/matching.ts";
import { counterName, meterKey, usedText } from "#modules/verification/domain/names.ts";

export const counterIsSumOfEvents: Invariant = {
  name: "counter_is_sum_of_events",
  states: "A usage counter that adds up a metric is the sum and the number of its events.",
  find({ counters, usage }) {
    const plain = counters.filter(({ isMeasuredOtherwise }) => isMeasuredOtherwise !== true);
    return pairs(plain, meterKey, usage, meterKey).flatMap(compare);
  },
};

function compare({ left: [counter], right: events }: Pair<CounterFact, UsageFact>): Finding[] {
  const named = counter ?? events[0];
  if (named === undefined) return [];
  const quantity = sumOf(events, (event) => event.quantity);
  const eventCount = sumOf(events, (event) => event.eventCount);
  const counted = { quantity: counter?.quantity ?? 0n, eventCount: counter?.eventCount ?? 0n };
  if (counted.quantity === quantity && counted.eventCount === eventCount) return [];
  return [
    {
      ...counterName(named),
      expected: usedText(quantity, eventCount),
      found: usedText(counted.quantity, counted.eventCount),
    },
  ];
}
