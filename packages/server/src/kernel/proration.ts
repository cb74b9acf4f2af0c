import { assert } from "./assert.ts";
import type { EpochMs, Period } from "./clock.ts";
import { daysBetween, type LocalDate, localDateAt, startOfDay } from "./local-date.ts";
import { divideHalfAway } from "./money.ts";
import { NANOS_PER_UNIT, type Nanos } from "./nanos.ts";

/**
 * How a part of a billing period is measured against the whole of it.
 *
 * - `exact_time`: milliseconds of the true period. Two parts always add up to the whole.
 * - `days`: the customer's calendar days, half-open. The day of a change belongs to what follows it.
 * - `days_inclusive`: calendar days, and the day on which something ends is still counted to it.
 * - `fixed_30_days`: every month has 30 days, a quarter 90, a year 360, as bond traders count.
 */
export type ProrationBasis = "exact_time" | "days" | "days_inclusive" | "fixed_30_days";

/** The part of a whole that is due, as two whole numbers: milliseconds of a period, say. */
export interface Share {
  readonly part: bigint;
  readonly whole: bigint;
}

export const WHOLE: Share = { part: 1n, whole: 1n };

export interface Proration {
  readonly basis: ProrationBasis;
  /** Whose days are counted: the customer's IANA time zone. */
  readonly timeZone: string;
}

/** The share that `part` has in `period`, which it lies within. Never below nothing or above all. */
export function shareOf(part: Period, period: Period, proration: Proration): Share {
  assert(
    period.startMs <= part.startMs && part.endMs <= period.endMs,
    "a part lies within its period",
  );
  const measured = ratioOf(part, period, proration);
  if (measured.part >= measured.whole) return WHOLE;
  return measured.part < 0n ? { ...measured, part: 0n } : measured;
}

/** A span measured by a period: more than a whole where it is longer. */
export function ratioOf(span: Period, period: Period, { basis, timeZone }: Proration): Share {
  assert(period.startMs < period.endMs, "a period takes some time");
  const length = LENGTHS[basis];
  const whole = length(period, period, timeZone);
  // A period of less than a day has no calendar days to count.
  if (whole <= 0) return ratioOf(span, period, { basis: "exact_time", timeZone });
  return { part: BigInt(length(span, period, timeZone)), whole: BigInt(whole) };
}

/** A share as a decimal of nine digits, half up. */
export function shareToNanos({ part, whole }: Share): Nanos {
  return divideHalfAway(part * NANOS_PER_UNIT, whole);
}

type Length = (part: Period, period: Period, timeZone: string) => number;

const LENGTHS: Readonly<Record<ProrationBasis, Length>> = {
  exact_time: ({ startMs, endMs }) => endMs - startMs,
  days: (part, _period, timeZone) => daysOf(part, timeZone, daysBetween),
  days_inclusive: (part, period, timeZone) =>
    daysOf(part, timeZone, daysBetween) + (endsInsideADay(part, period, timeZone) ? 1 : 0),
  fixed_30_days: (part, _period, timeZone) => daysOf(part, timeZone, fixedDaysBetween),
};

function daysOf(
  { startMs, endMs }: Period,
  timeZone: string,
  between: (from: LocalDate, to: LocalDate) => number,
): number {
  return between(localDateAt(startMs, timeZone), localDateAt(endMs, timeZone));
}

/** Whether a part is cut off in the middle of a day, which then counts to it. */
function endsInsideADay({ endMs }: Period, period: Period, timeZone: string): boolean {
  if (endMs === period.endMs) return false;
  return !isMidnight(endMs, timeZone);
}

function isMidnight(instantMs: EpochMs, timeZone: string): boolean {
  return startOfDay(localDateAt(instantMs, timeZone), timeZone) === instantMs;
}

/** Days between two dates in a calendar of months with 30 days; the 31st is the 30th there. */
function fixedDaysBetween(from: LocalDate, to: LocalDate): number {
  const months = 12 * (to.year - from.year) + (to.month - from.month);
  return 30 * months + Math.min(to.day, 30) - Math.min(from.day, 30);
}
