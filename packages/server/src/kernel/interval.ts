import { Temporal } from "temporal-polyfill";
import { assert } from "./assert.ts";
import { DAY_MS, type EpochMs, type Period } from "./clock.ts";

/** How long a billing period is. `fixed_days` is a term of n × 24 hours, whatever the calendar says. */
export interface Interval {
  readonly unit: "day" | "week" | "month" | "quarter" | "year" | "fixed_days";
  readonly count: number;
}

/** Everything that decides where billing periods begin. It never changes within one anchoring. */
export interface Anchoring {
  readonly anchorMs: EpochMs;
  readonly interval: Interval;
  /** IANA name of the customer's billing time zone: `America/Jamaica`. */
  readonly timeZone: string;
}

/**
 * The instant at which period `index` begins: always anchor + index × interval, never the previous
 * boundary plus one interval, so that 31 January is followed by 28 February and then by 31 March.
 * A local time that daylight saving skips is later by the length of the gap (02:30 becomes 03:30); one
 * that occurs twice is its first occurrence.
 */
export function periodStart(anchoring: Anchoring, index: number): EpochMs {
  const { anchorMs, interval } = anchoring;
  assert(Number.isSafeInteger(index), "periods are counted in whole numbers");
  if (interval.unit === "fixed_days") return anchorMs + index * interval.count * DAY_MS;
  const key = `${anchorMs} ${interval.count} ${interval.unit} ${anchoring.timeZone} ${index}`;
  return known.get(key) ?? remembered(key, startByCalendar(anchoring, interval.unit, index));
}

// Whoever walks over a history asks for the same starts again and again, and a calendar takes a hundred
// times as long to answer as a map. The same question always has the same answer.
const known = new Map<string, EpochMs>();
const KNOWN_MAX = 50_000;

/** Forgets everything when there is too much of it. */
function remembered(key: string, startMs: EpochMs): EpochMs {
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, startMs);
  return startMs;
}

function startByCalendar(
  { anchorMs, interval: { count }, timeZone }: Anchoring,
  unit: Exclude<Interval["unit"], "fixed_days">,
  index: number,
): EpochMs {
  return zonedAnchor(anchorMs, timeZone).add(calendarStep(unit, index * count)).epochMilliseconds;
}

/** Period `index` of the anchoring, counted from 0 at the anchor. */
export function periodAt(anchoring: Anchoring, index: number): Period {
  return { startMs: periodStart(anchoring, index), endMs: periodStart(anchoring, index + 1) };
}

/**
 * The number of the period that holds an instant; negative before the anchor. Starts from an
 * estimate and walks to the exact one, so that no assumption about a month's length is left in it.
 */
export function periodIndexAt(anchoring: Anchoring, instantMs: EpochMs): number {
  const { anchorMs, interval } = anchoring;
  const lengthMs = averageLengthMs(interval);
  let index = Math.floor((instantMs - anchorMs) / lengthMs);
  while (periodStart(anchoring, index) > instantMs) index -= 1;
  while (periodStart(anchoring, index + 1) <= instantMs) index += 1;
  return index;
}

/** How long a period of this interval is on average over the calendar's years, in milliseconds. */
export function averageLengthMs({ unit, count }: Interval): number {
  return AVERAGE_UNIT_MS[unit] * count;
}

/** Whether the runtime knows this IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const AVERAGE_UNIT_MS: Readonly<Record<Interval["unit"], number>> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30.436875 * DAY_MS,
  quarter: 91.310625 * DAY_MS,
  year: 365.2425 * DAY_MS,
  fixed_days: DAY_MS,
};

function calendarStep(unit: Exclude<Interval["unit"], "fixed_days">, steps: number) {
  switch (unit) {
    case "day":
      return { days: steps };
    case "week":
      return { weeks: steps };
    case "month":
      return { months: steps };
    case "quarter":
      return { months: 3 * steps };
    case "year":
      return { years: steps };
  }
}

function zonedAnchor(anchorMs: EpochMs, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(anchorMs).toZonedDateTimeISO(timeZone);
}
