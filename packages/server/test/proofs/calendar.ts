/**
 * Calendar arithmetic of its own, to prove the engine's by: no Temporal, only whole-day arithmetic and
 * the offsets that the runtime's date formatter shows.
 */
import type { Interval } from "#kernel/interval.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import { type Fraction, fraction } from "./fraction.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A stretch of time over which a zone keeps one offset from UTC. */
interface Stretch {
  readonly fromMs: number;
  readonly offsetMs: number;
}

/** Instants of a zone's wall clock. */
export interface Calendar {
  /** The instant of a local time, told as if it were UTC. */
  instantOf(localMs: number): number;
  localOf(instantMs: number): number;
}

/** The calendar of a zone from 2023 to 2036. */
export function calendarOf(timeZone: string): Calendar {
  const stretches = stretchesOf(timeZone, Date.UTC(2023, 0, 1), Date.UTC(2036, 0, 1));
  return {
    instantOf(localMs) {
      for (const [index, { fromMs, offsetMs }] of stretches.entries()) {
        const untilMs = stretches[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
        const instantMs = localMs - offsetMs;
        if (instantMs >= untilMs) continue;
        // Before its stretch begins the time was skipped: the clock had gone on by the old offset.
        return instantMs >= fromMs ? instantMs : localMs - (stretches[index - 1]?.offsetMs ?? 0);
      }
      throw new Error("beyond the calendar");
    },
    localOf(instantMs) {
      const stretch = stretches.findLast(({ fromMs }) => fromMs <= instantMs);
      return instantMs + (stretch?.offsetMs ?? 0);
    },
  };
}

/** Where the month before an instant's begins, by UTC. */
export function monthBefore(instantMs: number): number {
  const date = new Date(instantMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
}

const calendars = new Map<string, Calendar>();

/** The same, made once for each zone. */
function calendarIn(timeZone: string): Calendar {
  const calendar = calendars.get(timeZone) ?? calendarOf(timeZone);
  calendars.set(timeZone, calendar);
  return calendar;
}

interface Counting {
  readonly timeZone: string;
  readonly anchorMs: number;
  readonly interval: Interval;
}

/** A period by its number. */
export function periodNumbered({ timeZone, anchorMs, interval }: Counting, index: number) {
  const startOf = (at: number) => startByCalendar(calendarIn(timeZone), anchorMs, interval, at);
  return { index, whole: { fromMs: startOf(index), untilMs: startOf(index + 1) } };
}

/** The period that holds an instant. */
export function periodHolding(counting: Counting, atMs: number) {
  let index = 0;
  while (periodNumbered(counting, index).whole.fromMs > atMs) index -= 1;
  while (periodNumbered(counting, index).whole.untilMs <= atMs) index += 1;
  return periodNumbered(counting, index);
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** How much of a whole a part is. Of days, the one in which a part ends may still count to it. */
export function shareByCalendar(
  timeZone: string,
  basis: ProrationBasis,
  part: Span,
  whole: Span,
): Fraction {
  const calendar = calendarIn(timeZone);
  const lengthOf = ({ fromMs, untilMs }: Span) =>
    placeIn(calendar, basis, untilMs) - placeIn(calendar, basis, fromMs);
  if (lengthOf(whole) <= 0) return shareByCalendar(timeZone, "exact_time", part, whole);
  const isInDay = part.untilMs < whole.untilMs && calendar.localOf(part.untilMs) % DAY_MS !== 0;
  const days = lengthOf(part) + (basis === "days_inclusive" && isInDay ? 1 : 0);
  const counted = Math.max(0, Math.min(days, lengthOf(whole)));
  return fraction(BigInt(counted), BigInt(lengthOf(whole)));
}

/** Milliseconds, days, or days of months that have thirty, up to an instant. */
function placeIn(calendar: Calendar, basis: ProrationBasis, atMs: number): number {
  if (basis === "exact_time") return atMs;
  const date = new Date(calendar.localOf(atMs));
  if (basis !== "fixed_30_days") return Math.floor(date.getTime() / DAY_MS);
  return 30 * (12 * date.getUTCFullYear() + date.getUTCMonth()) + Math.min(30, date.getUTCDate());
}

/** Of four hundred years, which have 146,097 days, in parts of which a day has 4,800. */
const AVERAGE_LENGTHS = {
  day: 4800n,
  fixed_days: 4800n,
  week: 33_600n,
  month: 146_097n,
  quarter: 438_291n,
  year: 1_753_164n,
} as const;

/** How long a period is on average, in parts of a day. */
export function averageLength({ unit, count }: Interval): bigint {
  return AVERAGE_LENGTHS[unit] * BigInt(count);
}

/** Where a period begins by a zone's calendar. */
export function startByCalendar(
  calendar: Calendar,
  anchorMs: number,
  { unit, count }: Interval,
  index: number,
): number {
  const steps = index * count;
  if (unit === "fixed_days") return anchorMs + steps * DAY_MS;
  const localMs = calendar.localOf(anchorMs);
  switch (unit) {
    case "day":
      return calendar.instantOf(localMs + steps * DAY_MS);
    case "week":
      return calendar.instantOf(localMs + 7 * steps * DAY_MS);
    case "month":
      return calendar.instantOf(addMonths(localMs, steps));
    case "quarter":
      return calendar.instantOf(addMonths(localMs, 3 * steps));
    case "year":
      return calendar.instantOf(addMonths(localMs, 12 * steps));
  }
}

function addMonths(localMs: number, months: number): number {
  const anchor = new Date(localMs);
  const timeOfDayMs = ((localMs % DAY_MS) + DAY_MS) % DAY_MS;
  const month = anchor.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(anchor.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(anchor.getUTCDate(), lastDay);
  return Date.UTC(anchor.getUTCFullYear(), month, day) + timeOfDayMs;
}

function stretchesOf(timeZone: string, fromMs: number, untilMs: number): Stretch[] {
  const offsetAt = offsetsOf(timeZone);
  const stretches: Stretch[] = [{ fromMs, offsetMs: offsetAt(fromMs) }];
  for (let ms = fromMs; ms < untilMs; ms += DAY_MS) {
    const before = offsetAt(ms);
    if (before === offsetAt(ms + DAY_MS)) continue;
    let [low, high] = [ms, ms + DAY_MS];
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / (2 * MINUTE_MS)) * MINUTE_MS;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    stretches.push({ fromMs: high, offsetMs: offsetAt(high) });
  }
  return stretches;
}

function offsetsOf(timeZone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (instantMs) => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const localMs = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
    );
    return localMs - instantMs;
  };
}
