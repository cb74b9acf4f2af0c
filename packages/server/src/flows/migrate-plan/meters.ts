import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import type { Meter } from "#modules/metering/domain/index.ts";

/** Whether each meter of one version is just so in the other, which may have fewer. */
export function areMetersKept(before: PlanVersion, after: PlanVersion): boolean {
  const known = new Set(metersOf(before));
  return metersOf(after).every((meter) => known.has(meter));
}

function metersOf(plan: PlanVersion): string[] {
  return usagePrices(plan).map(({ meter }) => textOf(meter));
}

/** The same text for the same meter, in whatever order its properties were written. */
function textOf({ filters, ...meter }: Meter): string {
  const sorted = Object.entries(filters).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([meter.name, meter.metric, meter.aggregation, meter.property, sorted]);
}
