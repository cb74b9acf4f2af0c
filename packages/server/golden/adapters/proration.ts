import { anchorOnDay } from "#kernel/billing-anchor.ts";
import type { Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { formatNanos } from "#kernel/nanos.ts";
import { ratioOf, type Share, shareOf, shareToNanos } from "#kernel/proration.ts";
import { billingSegments } from "#modules/subscriptions/domain/index.ts";
import type { Adapter, GoldenCase } from "../golden-case.ts";
import {
  basisOf,
  countOf,
  instantOf,
  instantOrNull,
  intervalOf,
  listOf,
  spanOf,
  Unreadable,
} from "../words.ts";

const UTC = "UTC";

export const prorationAdapters: readonly Adapter[] = [
  {
    topics: "proration",
    takes: "interval start end target bill_cycle_day",
    gives: "cycles",
    answer: (golden) => ({
      cycles: sumOfShares(segmentsUntil(golden, instantOf(golden.inputs["target"])), golden),
    }),
  },
  {
    topics: "month-end",
    takes: "interval start bill_cycle_day target_dates",
    gives: "cycles_day_before_ith cycles_on_or_day_after_ith",
    answer: (golden) => {
      const dates = listOf(golden.inputs["target_dates"]).map(instantOf);
      const countAt = (instantMs: number) => segmentsUntil(golden, instantMs).length;
      return {
        cycles_day_before_ith: countsAsWords(dates.map((dateMs) => countAt(dateMs - 1))),
        cycles_on_or_day_after_ith: countsAsWords(dates.map(countAt)),
      };
    },
  },
  {
    topics: "proration",
    takes: "interval from_ to",
    gives: "cycles",
    answer: ({ inputs, policy, ...rest }) => {
      const span = spanOf(inputs["from_"], inputs["to"]);
      const interval = intervalOf(inputs["interval"]);
      const period = periodAt({ anchorMs: span.startMs, interval, timeZone: UTC }, 0);
      const basis = basisOf({ inputs, policy, ...rest });
      return { cycles: asDecimal(ratioOf(span, period, { basis, timeZone: UTC })) };
    },
  },
  {
    topics: "proration",
    takes: "fixed_days from_ to",
    gives: "fraction",
    answer: ({ inputs }) => ({ fraction: asDecimal(shareOfFixedMonth(inputs)) }),
  },
];

/** The share of a month of thirty days. */
export function shareOfFixedMonth(inputs: GoldenCase["inputs"]): Share {
  if (countOf(inputs["fixed_days"]) !== 30) throw new Unreadable("a fixed month has 30 days");
  const span = spanOf(inputs["from_"], inputs["to"]);
  const month = { unit: "month", count: 1 } as const;
  const period = periodAt({ anchorMs: span.startMs, interval: month, timeZone: UTC }, 0);
  return shareOf(span, period, { basis: "fixed_30_days", timeZone: UTC });
}

function segmentsUntil({ inputs }: GoldenCase, untilMs: number) {
  const interval = intervalOf(inputs["interval"]);
  const { unit, count } = interval;
  if (unit !== "month" && unit !== "quarter" && unit !== "year") {
    throw new Unreadable(`a ${unit} has no day of the month`);
  }
  const startMs = instantOf(inputs["start"]);
  const day = countOf(inputs["bill_cycle_day"]);
  const anchorMs = anchorOnDay({ startMs, day, interval: { unit, count }, timeZone: UTC });
  const run = { startMs, endMs: instantOrNull(inputs["end"]) };
  return billingSegments({ anchorMs, interval, timeZone: UTC }, run, untilMs);
}

function sumOfShares(
  segments: readonly (Period & { readonly period: Period })[],
  golden: GoldenCase,
): string {
  const proration = { basis: basisOf(golden), timeZone: UTC };
  const shares = segments.map((segment) =>
    shareToNanos(shareOf(segment, segment.period, proration)),
  );
  return formatNanos(shares.reduce((sum, share) => sum + share, 0n));
}

function asDecimal(share: Share): string {
  return formatNanos(shareToNanos(share));
}

/** `i` where the first count is 1, the second 2 and so on; `i+1` where each is one more. */
function countsAsWords(counts: readonly number[]): string {
  const isAhead = (by: number) => counts.every((count, index) => count === index + 1 + by);
  if (isAhead(0)) return "i";
  return isAhead(1) ? "i+1" : counts.join(" ");
}
