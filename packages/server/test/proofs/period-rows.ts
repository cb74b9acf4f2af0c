import type { Anchoring, Interval } from "#kernel/interval.ts";
import { calendarOf } from "./calendar.ts";

export const ZONES = [
  "UTC",
  "America/Juneau",
  "America/Los_Angeles",
  "America/New_York",
  "America/Jamaica",
  "America/Sao_Paulo",
  "Europe/London",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Pacific/Apia",
];

const ANCHOR_DAYS = [1, 28, 29, 30, 31];

/** How many periods of each interval lie between 2024 and 2034. */
const PERIODS: Readonly<Record<Interval["unit"], number>> = {
  day: 4018,
  week: 574,
  month: 132,
  quarter: 44,
  year: 11,
  fixed_days: 134,
};

export const INTERVALS: readonly Interval[] = [
  { unit: "day", count: 1 },
  { unit: "week", count: 1 },
  { unit: "month", count: 1 },
  { unit: "quarter", count: 1 },
  { unit: "year", count: 1 },
  { unit: "fixed_days", count: 30 },
];

export interface PeriodRows {
  readonly anchoring: Anchoring;
  readonly periods: number;
}

/**
 * A zone's anchors, on the days that months disagree about, with how many periods of each interval to
 * look at. They are at half past two at night, which daylight saving skips or repeats.
 */
export function periodRows(
  timeZone: string,
  intervals: readonly Interval[] = INTERVALS,
): PeriodRows[] {
  const calendar = calendarOf(timeZone);
  return ANCHOR_DAYS.flatMap((day) => {
    const anchorMs = calendar.instantOf(Date.UTC(2024, 0, day, 2, 30));
    return intervals.map((interval) => ({
      anchoring: { anchorMs, interval, timeZone },
      periods: PERIODS[interval.unit],
    }));
  });
}
