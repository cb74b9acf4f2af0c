/** An event as the API takes it, and as the reference reads it. */
export interface SentEvent {
  readonly reference_id: string;
  readonly quantity: string;
  readonly occurred_at: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

/** What the plan of the tests measures of the metric `calls`, and what one of it costs. */
export const METERS = [
  { meter: "calls", aggregation: "sum", unit_price: "0.015" },
  { meter: "sent", aggregation: "count", unit_price: "0.333" },
  { meter: "peak", aggregation: "max", unit_price: "1.005" },
  { meter: "last", aggregation: "latest", unit_price: "0.07" },
  { meter: "users", aggregation: "unique_count", property: "user", unit_price: "5" },
  { meter: "eu", aggregation: "sum", unit_price: "0.025", filters: { region: ["eu", "uk"] } },
  {
    meter: "eu_users",
    aggregation: "unique_count",
    property: "user",
    unit_price: "0.995",
    filters: { region: ["eu"], tier: ["1"] },
  },
  { meter: "us_peak", aggregation: "max", unit_price: "2", filters: { region: ["us"] } },
] as const;

/**
 * What a meter shows of all events of a period, in the plainest way there is: in thousandths, from the
 * whole list, in whatever order it comes.
 */
export function naiveThousandths(
  meter: (typeof METERS)[number],
  sent: readonly SentEvent[],
): bigint {
  const filters = "filters" in meter ? Object.entries<readonly string[]>(meter.filters) : [];
  const events = sent.filter(({ properties }) =>
    filters.every(([name, values]) => values.includes(String(properties[name]))),
  );
  const levels = events.filter(({ quantity }) => thousandths(quantity) > 0n);
  switch (meter.aggregation) {
    case "sum":
      return events.reduce((sum, { quantity }) => sum + thousandths(quantity), 0n);
    case "count":
      return 1000n * BigInt(2 * levels.length - events.length);
    case "max":
      return largest(levels);
    case "latest": {
      const times = levels.map(({ occurred_at }) => occurred_at).toSorted();
      return largest(levels.filter(({ occurred_at }) => occurred_at === times.at(-1)));
    }
    case "unique_count": {
      const users = new Set(events.map(({ properties }) => properties["user"]));
      users.delete(undefined);
      const counted = [...users].filter((user) => {
        const own = events.filter(({ properties }) => properties["user"] === user);
        return own.reduce((sum, { quantity }) => sum + thousandths(quantity), 0n) > 0n;
      });
      return 1000n * BigInt(counted.length);
    }
  }
}

function largest(events: readonly SentEvent[]): bigint {
  return events.reduce((most, { quantity }) => {
    const one = thousandths(quantity);
    return one > most ? one : most;
  }, 0n);
}

/** `-1.5` is -1500n. */
export function thousandths(decimal: string): bigint {
  const [whole = "", fraction = ""] = decimal.replace("-", "").split(".");
  const magnitude = BigInt(whole + fraction.padEnd(3, "0"));
  return decimal.startsWith("-") ? -magnitude : magnitude;
}

/** Thousandths at a price, in hundredths of the currency, half away from zero. */
export function naiveMinor(measured: bigint, unitPrice: string): bigint {
  const exact = measured * thousandths(unitPrice);
  const half = exact < 0n ? -5_000n : 5_000n;
  return (exact + half) / 10_000n;
}
