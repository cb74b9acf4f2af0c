/**
 * Calendar arithmetic of its own, to prove the engine's by: no Temporal, only whole-day arithmetic and
 * the offsets that the runtime's date formatter shows.
 */
import type { Interval } from "#kernel/interval.ts";

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
