import { createHash } from "node:crypto";
import type { RowGroups } from "../../import/read-rows.ts";
import type { ReadRow } from "../../import/usage-row.ts";
import type { Flight } from "./flight-row.ts";
import { FLIGHT_METRIC, MILE_METRIC } from "./tariff.ts";

/** About what an event takes as JSON. */
const EVENT_BYTES = 180;

/** Two usage events for each flight: the flight, and the miles it went. */
export async function* flightEvents(
  groups: AsyncIterable<readonly Flight[]>,
  subscriptionOf: ReadonlyMap<string, string>,
): RowGroups {
  for await (const flights of groups) {
    yield flights.flatMap((flight) => eventsOf(flight, subscriptionOf.get(flight.origin) ?? ""));
  }
}

function eventsOf(flight: Flight, subscription: string): ReadRow[] {
  const { row, atMs, distance, origin } = flight;
  const occurred_at = new Date(atMs).toISOString();
  // The row's number tells two equal flights apart; the content, two files.
  const content = `${row} ${occurred_at} ${distance} ${origin}`;
  const name = `${row}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
  const event = (metric: string, quantity: number): ReadRow => ({
    line: row,
    byteCount: EVENT_BYTES,
    source: flight,
    event: {
      subscription,
      metric,
      quantity: String(quantity),
      reference_id: `${metric}-${name}`,
      occurred_at,
    },
  });
  const flown = event(FLIGHT_METRIC, 1);
  // A usage event is of something: a flight of no miles has none to report.
  return distance === 0 ? [flown] : [flown, event(MILE_METRIC, distance)];
}
