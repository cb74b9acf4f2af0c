import { Temporal } from "temporal-polyfill";
import type { EpochMs } from "./clock.ts";

/** A day of somebody's calendar, with no time and no zone: 2026-02-28. */
export interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** The day that it is in a time zone at an instant. */
export function localDateAt(instantMs: EpochMs, timeZone: string): LocalDate {
  const { year, month, day } =
    Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(timeZone);
  return { year, month, day };
}

/** The first instant of a day in a time zone: midnight, or what daylight saving makes of it. */
export function startOfDay(date: LocalDate, timeZone: string): EpochMs {
  return Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds;
}

/** So many days of the calendar later, at the same time of the day. */
export function daysLater(instantMs: EpochMs, days: number, timeZone: string): EpochMs {
  return Temporal.Instant.fromEpochMilliseconds(instantMs)
    .toZonedDateTimeISO(timeZone)
    .add({ days }).epochMilliseconds;
}

/** How many days of the calendar lie between two days; negative when the first is the later one. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: "day" })
    .days;
}

/** The last day of a month: 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  return Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
}

/** The Monday of a day's week. */
export function mondayOf(date: LocalDate): LocalDate {
  const plain = Temporal.PlainDate.from(date);
  const { year, month, day } = plain.subtract({ days: plain.dayOfWeek - 1 });
  return { year, month, day };
}

/**
 * The instant of a local time (`2015-03-08T02:00`). One that daylight saving skips is later by the
 * length of the gap; one that occurs twice is its first occurrence.
 */
export function instantOfLocalTime(local: string, timeZone: string): EpochMs {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds;
}
