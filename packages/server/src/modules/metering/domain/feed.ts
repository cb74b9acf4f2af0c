import type { Aggregation, Meter } from "./meter.ts";
import { type Properties, propertyText } from "./properties.ts";

/** What an event adds to one meter. */
export interface Feed {
  readonly meter: string;
  readonly aggregation: Aggregation;
  /** A decimal. */
  readonly amount: string;
  /** The value that a unique count meets; null for every other aggregation. */
  readonly value: string | null;
}

interface Fed {
  readonly quantity: string;
  readonly properties: Properties | null;
}

/** What an event adds to each of its metric's meters; none where its properties do not match. */
export function feedsOf(event: Fed, meters: readonly Meter[]): Feed[] {
  return meters.flatMap((meter) => {
    const feed = isMatching(event, meter) ? feedOf(event, meter) : null;
    return feed === null ? [] : [feed];
  });
}

/** What an event adds to the meter that its metric has when the plan says nothing else. */
export function plainFeed({ metric, quantity }: { metric: string; quantity: string }): Feed {
  return { meter: metric, aggregation: "sum", amount: quantity, value: null };
}

function isMatching({ properties }: Fed, { filters }: Meter): boolean {
  return Object.entries(filters).every(([name, values]) => {
    const text = textOf(properties, name);
    return text !== null && values.includes(text);
  });
}

function feedOf({ quantity, properties }: Fed, meter: Meter): Feed | null {
  const { name, aggregation, property } = meter;
  const isNegative = quantity.startsWith("-");
  const feed = { meter: name, aggregation, amount: quantity, value: null };
  switch (aggregation) {
    case "sum":
      return feed;
    case "count":
      return { ...feed, amount: isNegative ? "-1" : "1" };
    case "max":
    case "latest":
      return isNegative ? null : feed;
    case "unique_count": {
      const value = property === null ? null : textOf(properties, property);
      return value === null ? null : { ...feed, value };
    }
  }
}

function textOf(properties: Fed["properties"], name: string): string | null {
  if (properties === null || !Object.hasOwn(properties, name)) return null;
  const value = properties[name];
  return value === undefined ? null : propertyText(value);
}
