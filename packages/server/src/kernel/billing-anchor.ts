import type { EpochMs } from "./clock.ts";
import type { Interval } from "./interval.ts";
import { daysInMonth, type LocalDate, localDateAt, mondayOf, startOfDay } from "./local-date.ts";

export interface BillingDay {
  readonly startMs: EpochMs;
  /** Day of the month on which periods begin, 1 to 31; in shorter months the last one. */
  readonly day: number;
  readonly interval: Interval & { readonly unit: "month" | "quarter" | "year" };
  readonly timeZone: string;
}

/**
 * The anchor that makes billing periods begin on a chosen day of the month, at midnight in the time
 * zone: that day of the month in which the subscription starts, whether it is over or yet to come. In
 * a month that lacks the day the anchor is moved back by whole intervals to one that has it, so that
 * "the 31st" stays the 31st wherever there is one.
 */
export function anchorOnDay({ startMs, day, interval, timeZone }: BillingDay): EpochMs {
  const { year, month } = localDateAt(startMs, timeZone);
  const step = MONTHS[interval.unit] * interval.count;
  let anchor = onDay(year, month, day);
  for (let steps = 1; anchor.day < day && steps <= STEPS_MAX; steps += 1) {
    const earlier = onDay(year, month - steps * step, day);
    if (earlier.day > anchor.day) anchor = earlier;
  }
  return startOfDay(anchor, timeZone);
}

/** The anchor that makes billing periods the calendar's own: weeks from Monday, months, quarters, years. */
export function anchorOfCalendar(
  startMs: EpochMs,
  unit: "day" | "week" | "month" | "quarter" | "year",
  timeZone: string,
): EpochMs {
  const date = localDateAt(startMs, timeZone);
  return startOfDay(FIRST_DAY[unit](date), timeZone);
}

const FIRST_DAY = {
  day: (date: LocalDate) => date,
  week: mondayOf,
  month: (date: LocalDate) => ({ ...date, day: 1 }),
  quarter: ({ year, month }: LocalDate) => ({ year, month: month - ((month - 1) % 3), day: 1 }),
  year: ({ year }: LocalDate) => ({ year, month: 1, day: 1 }),
} as const;

const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

// Every month that the interval meets lies within so many steps, and so does a 29 February.
const STEPS_MAX = 12;

/** That day of a month, or its last one; `month` may lie outside 1 to 12. */
function onDay(year: number, month: number, day: number): LocalDate {
  const months = 12 * year + month - 1;
  const there = { year: Math.floor(months / 12), month: (((months % 12) + 12) % 12) + 1 };
  return { ...there, day: Math.min(day, daysInMonth(there.year, there.month)) };
}
