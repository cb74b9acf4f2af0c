import { isPlain, type Meter } from "#modules/metering/domain/index.ts";
import { isPerEvent } from "#modules/rating/domain/index.ts";
import { faultUnless, type PlanFault } from "./fault.ts";
import { METRIC_PATTERN } from "./metric-pattern.ts";
import { meterOf, type PriceDraft, type UsagePriceDraft } from "./plan-draft.ts";

export const FILTERS_MAX = 20;
export const FILTER_VALUES_MAX = 100;
/** What a property may be called. */
export const PROPERTY_PATTERN = "^[^\\u0000-\\u001f]{1,100}$";
export const VALUE_CHARACTERS_MAX = 500;

const METRIC = new RegExp(METRIC_PATTERN);
const PROPERTY = new RegExp(PROPERTY_PATTERN);
const SPELLING = "has 1 to 100 of a-z, 0-9, _ . : - and starts with a letter or digit";

/** The meters that several prices of a plan would have. */
export function repeatedMeterFaults(prices: readonly PriceDraft[]): PlanFault[] {
  const taken = new Set<string>();
  return prices.flatMap((price, index) => {
    if (price.kind !== "usage") return [];
    const { name } = meterOf(price);
    const faults = taken.has(name) ? [repeatedFault(price, name, `/prices/${index}`)] : [];
    taken.add(name);
    return faults;
  });
}

function repeatedFault({ metric, meter }: UsagePriceDraft, name: string, path: string): PlanFault {
  if (meter?.name !== undefined) {
    return {
      path: `${path}/meter`,
      message: `another price of this plan already has the meter ${name}`,
    };
  }
  return {
    path: `${path}/metric`,
    message: `another price of this plan already prices ${metric}: name what this one measures in \`meter\``,
  };
}

/** What is wrong with what a usage price measures. */
export function meterFaults(price: UsagePriceDraft, path: string): PlanFault[] {
  const { name, metric, aggregation, property, filters } = meterOf(price);
  const isCountingValues = aggregation === "unique_count";
  return [
    ...faultUnless(METRIC.test(metric), `${path}/metric`, `a metric ${SPELLING}`),
    ...faultUnless(name === metric || METRIC.test(name), `${path}/meter`, `a meter ${SPELLING}`),
    ...faultUnless(
      isCountingValues === (property !== null) && (property === null || PROPERTY.test(property)),
      `${path}/property`,
      "unique_count needs the property whose values it counts, and no other aggregation has one",
    ),
    ...faultUnless(
      isPlain(meterOf(price)) || !isPerEvent(price.model),
      `${path}/model`,
      "a price per event is of all events of its metric, under the metric's name",
    ),
    ...filterFaults(filters, `${path}/filters`),
  ];
}

function filterFaults(filters: Meter["filters"], path: string): PlanFault[] {
  const entries = Object.entries(filters);
  return [
    ...faultUnless(entries.length <= FILTERS_MAX, path, `at most ${FILTERS_MAX} filters are kept`),
    ...entries.flatMap(([name, values]) =>
      faultUnless(
        PROPERTY.test(name) &&
          values.length >= 1 &&
          values.length <= FILTER_VALUES_MAX &&
          values.every((value) => value.length <= VALUE_CHARACTERS_MAX && !value.includes("\0")),
        path,
        `a filter names a property and 1 to ${FILTER_VALUES_MAX} of its values`,
      ),
    ),
  ];
}
