/** How the events of a billing period become the one quantity that is priced. */
export const AGGREGATIONS = ["sum", "count", "max", "latest", "unique_count"] as const;

/**
 * - `sum`: their quantities added up; a negative one takes off.
 * - `count`: how many there are; a negative quantity takes one off, whatever its size.
 * - `max`: the largest quantity; negative ones take no part, and of no events it is 0.
 * - `latest`: the quantity that occurred last, of two at the same instant the larger; negative ones
 *   take no part.
 * - `unique_count`: how many different values a property has; a value whose events add up to zero or
 *   less is not counted.
 *
 * None of them depends on the order in which events arrive.
 */
export type Aggregation = (typeof AGGREGATIONS)[number];

/** By the name of a property: the values of which an event must have one, as text. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** What a usage price measures. */
export interface Meter {
  /** Unique in its plan version. What is used is counted, shown and billed under this name. */
  readonly name: string;
  /** The metric of the events that it reads. One event may feed several meters. */
  readonly metric: string;
  readonly aggregation: Aggregation;
  /** The property whose values `unique_count` counts; null for every other aggregation. */
  readonly property: string | null;
  readonly filters: Filters;
}

/** The meter of a price that says nothing but its metric. */
export function plainMeter(metric: string): Meter {
  return { name: metric, metric, aggregation: "sum", property: null, filters: {} };
}

export function isPlain({ name, metric, aggregation, filters }: Meter): boolean {
  return name === metric && aggregation === "sum" && Object.keys(filters).length === 0;
}
