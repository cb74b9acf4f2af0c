import { formatNanos, type Nanos } from "#kernel/nanos.ts";
import type { Invariant } from "#modules/verification/domain/invariant.ts";
import { valueName } from "#modules/verification/domain/names.ts";
import { countedByOnePlan } from "#modules/verification/domain/tried.ts";

/** They are compared where they lie: there may be a value for each event. */
export const valueIsSumOfEvents: Invariant = {
  name: "value_is_sum_of_events",
  states: "A value that a unique count has met is kept with the sum of its events.",
  find: (facts) =>
    facts.wrongValues.filter(countedByOnePlan(facts)).map((value) => ({
      ...valueName(value),
      expected: sumText(value.counted),
      found: sumText(value.kept),
    })),
};

function sumText(sum: Nanos | null): string {
  return sum === null ? "no such value" : formatNanos(sum);
}
