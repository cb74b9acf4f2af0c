import { type Calendar, calendarOf, startByCalendar } from "#test/proofs/calendar.ts";
import type { IntervalTerms } from "#test/simulate/history.ts";

const calendars = new Map<string, Calendar>();

/** Where the periods begin that are counted from an anchor. */
export type StartOf = (index: number) => number;

export function periodsFrom(anchorMs: number, interval: IntervalTerms, timeZone: string): StartOf {
  const calendar = calendars.get(timeZone) ?? calendarOf(timeZone);
  calendars.set(timeZone, calendar);
  return (index) => startByCalendar(calendar, anchorMs, interval, index);
}
