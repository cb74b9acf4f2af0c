import type { EpochMs } from "#kernel/clock.ts";
import { parseNanos } from "#kernel/nanos.ts";
import type { Properties } from "./properties.ts";
import type { PlannedEvent } from "./usage-event.ts";

/** What an event says, as it is kept. */
export interface EventContent {
  readonly metric: string;
  /** A decimal: `1.5` and `1.500000000` are the same. */
  readonly quantity: string;
  readonly occurredAtMs: EpochMs;
  readonly receivedAtMs: EpochMs;
  readonly properties: Properties | null;
}

/**
 * Whether an event says what was recorded under its reference. A time that the sender did not give is
 * not compared: a retry of "now" is the same event a little later.
 */
export function isSameEvent(event: PlannedEvent, recorded: EventContent): boolean {
  return (
    event.metric === recorded.metric &&
    isSameQuantity(event.quantity, recorded.quantity) &&
    (event.givenAtMs === null || isSameTime(event.givenAtMs, recorded)) &&
    isSameProperties(event.properties, recorded.properties)
  );
}

/** What was given ahead of its receipt is kept as having occurred then. */
function isSameTime(
  givenAtMs: EpochMs,
  { occurredAtMs, receivedAtMs }: Pick<EventContent, "occurredAtMs" | "receivedAtMs">,
): boolean {
  return givenAtMs === occurredAtMs || (occurredAtMs === receivedAtMs && givenAtMs > receivedAtMs);
}

function isSameQuantity(one: string, other: string): boolean {
  return one === other || parseNanos(one) === parseNanos(other);
}

function isSameProperties(
  one: EventContent["properties"],
  other: EventContent["properties"],
): boolean {
  if (one === null || other === null) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  );
}
