import { isoInstant } from "#kernel/clock.ts";
import type { Finding } from "#modules/verification/domain/breach.ts";
import type { CounterFact, MeteredFact } from "#modules/verification/domain/facts.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { type Pair, pairs } from "#modules/verification/domain/matching.ts";
import { counterName, meterKey, usedText } from "#modules/verification/domain/names.ts";
import { NOTHING, type Shown, shownOf } from "#modules/verification/domain/shown.ts";
import { countedByOnePlan } from "#modules/verification/domain/tried.ts";

export const counterIsSumOfEvents: Invariant = {
  name: "counter_is_sum_of_events",
  states: "A usage counter shows what its meter makes of its events, and their number.",
  find(facts) {
    const isJudged = countedByOnePlan(facts);
    const [counters, metered] = [facts.counters.filter(isJudged), facts.metered.filter(isJudged)];
    return pairs(counters, meterKey, metered, meterKey).flatMap(compare);
  },
};

function compare({ left: [counter], right: events }: Pair<CounterFact, MeteredFact>): Finding[] {
  const named = counter ?? events[0];
  if (named === undefined) return [];
  const expected = shownText(shownOf(events));
  const found = shownText(counter ?? NOTHING);
  return expected === found ? [] : [{ ...counterName(named), expected, found }];
}

function shownText({ quantity, eventCount, reportedMs }: Shown): string {
  const used = usedText(quantity, eventCount);
  return reportedMs === null ? used : `${used}, the latest of ${isoInstant(reportedMs)}`;
}
