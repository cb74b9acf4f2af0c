import { anchorOfCalendar, anchorOnDay } from "#kernel/billing-anchor.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt, periodStart } from "#kernel/interval.ts";
import { daysBetween, instantOfLocalTime, localDateAt } from "#kernel/local-date.ts";
import { type Share, shareOf } from "#kernel/proration.ts";
import { billingSegments } from "#modules/subscriptions/domain/index.ts";
import type { Adapter, Figure, Figures, GoldenCase } from "../golden-case.ts";
import {
  basisOf,
  countOf,
  dayOf,
  decimalOf,
  instantOf,
  intervalOf,
  lastSecondBefore,
  listOf,
  major,
  textOf,
  timeZoneOf,
  Unreadable,
  wholeSeconds,
} from "../words.ts";
import { flatAmount } from "./amounts.ts";

const MONTH = { unit: "month", count: 1 } as const;

export const timeZoneAdapters: readonly Adapter[] = [
  {
    topics: "timezone",
    takes: "timezone interval billing_time start run_before run_during run_after",
    gives: "invoices",
    answer: ({ inputs }) => ({ invoices: invoicesInRuns(inputs) }),
  },
  {
    topics: "timezone",
    takes: "timezone at",
    gives: "from_ to",
    answer: ({ inputs }) => {
      const timeZone = timeZoneOf(inputs["timezone"]);
      const atMs = instantOf(inputs["at"]);
      const anchoring = {
        anchorMs: anchorOfCalendar(atMs, "month", timeZone),
        interval: MONTH,
        timeZone,
      };
      const { startMs, endMs } = periodAt(anchoring, periodIndexAt(anchoring, atMs) - 1);
      return { from_: wholeSeconds(startMs), to: lastSecondBefore(endMs) };
    },
  },
  {
    topics: "timezone trial",
    takes: "timezone start trial_days",
    gives: "anchor_day",
    answer: ({ inputs }) => {
      const timeZone = timeZoneOf(inputs["timezone"]);
      const days = { unit: "day", count: countOf(inputs["trial_days"]) } as const;
      const trial = periodAt({ anchorMs: instantOf(inputs["start"]), interval: days, timeZone }, 0);
      return { anchor_day: localDateAt(trial.endMs, timeZone).day };
    },
  },
  {
    topics: "timezone",
    takes: "timezone start bill_cycle_day phase_months",
    gives: "periods",
    answer: ({ inputs }) => {
      const timeZone = timeZoneOf(inputs["timezone"]);
      const startMs = instantOf(inputs["start"]);
      const day = countOf(inputs["bill_cycle_day"]);
      const anchorMs = anchorOnDay({ startMs, day, interval: MONTH, timeZone });
      const phase = { unit: "month", count: countOf(inputs["phase_months"]) } as const;
      const phaseEndMs = periodStart({ anchorMs: startMs, interval: phase, timeZone }, 1);
      const segments = billingSegments(
        { anchorMs, interval: MONTH, timeZone },
        { startMs, endMs: null },
        phaseEndMs,
      );
      return {
        periods: segments.map(({ startMs: fromMs, endMs }) => [
          dayOf(fromMs, timeZone),
          dayOf(endMs, timeZone),
        ]),
      };
    },
  },
  {
    topics: "timezone",
    takes: "timezone first_period renewals",
    gives: "amount_each days_skipped",
    answer: renewalsOf,
  },
  {
    topics: "timezone",
    takes: "timezone created cancel_local_date",
    gives: "invoices credit",
    answer: canceledOnADay,
  },
  {
    topics: "timezone",
    takes: "timezone local_start",
    gives: "charged_through then_monthly_on_day months",
    answer: ({ inputs, expected }) => {
      const timeZone = timeZoneOf(inputs["timezone"]);
      const anchorMs = instantOfLocalTime(textOf(inputs["local_start"]), timeZone);
      const anchoring = { anchorMs, interval: MONTH, timeZone };
      const shown = listOf(expected["charged_through"]).length;
      const months = countOf(expected["months"]);
      const throughs = Array.from({ length: shown + months }, (_, index) =>
        periodStart(anchoring, index + 1),
      );
      const days = new Set(throughs.slice(shown).map((at) => localDateAt(at, timeZone).day));
      const [day, ...others] = days;
      return {
        charged_through: throughs.slice(0, shown).map((at) => dayOf(at, timeZone)),
        then_monthly_on_day: others.length === 0 ? (day ?? null) : [...days],
        months,
      };
    },
  },
];

/** How many periods the runs of a job close; if later ones close more, that is said with it. */
function invoicesInRuns(inputs: Figures): string | number {
  const timeZone = timeZoneOf(inputs["timezone"]);
  const interval = intervalOf(inputs["interval"]);
  const startMs = instantOf(inputs["start"]);
  const anchorMs = inputs["billing_time"] === "calendar" ? calendarAnchor() : startMs;
  const anchoring: Anchoring = { anchorMs, interval, timeZone };
  const closedAt = (run: Figure | undefined) => periodIndexAt(anchoring, instantOf(run));
  const during = closedAt(listOf(inputs["run_during"]).at(-1)) - closedAt(inputs["run_before"]);
  const inAll = closedAt(listOf(inputs["run_after"]).at(-1)) - closedAt(inputs["run_before"]);
  return inAll === during ? during : `${during}, and ${inAll} in all`;

  function calendarAnchor(): EpochMs {
    if (interval.unit === "fixed_days") throw new Unreadable("no calendar has periods of 30 days");
    return anchorOfCalendar(startMs, interval.unit, timeZone);
  }
}

/** So many renewals one after the other: what each charges, and the days between them. */
function renewalsOf(golden: GoldenCase): Figures {
  const { inputs } = golden;
  const timeZone = timeZoneOf(inputs["timezone"]);
  const [first] = listOf(inputs["first_period"]).map(textOf);
  const anchorMs = instantOfLocalTime(`${first}T00:00`, timeZone);
  const anchoring = { anchorMs, interval: MONTH, timeZone };
  const periods = Array.from({ length: countOf(inputs["renewals"]) + 1 }, (_, index) =>
    periodAt(anchoring, index),
  );
  const amounts = periods.map((period, index) => {
    const share = shareOf(period, periodAt(anchoring, index), { basis: basisOf(golden), timeZone });
    return major(flatAmount(priceToldIn(golden), share));
  });
  const skipped = periods.slice(1).map(({ startMs }, index) => {
    const endMs = periods[index]?.endMs ?? startMs;
    return daysBetween(localDateAt(endMs, timeZone), localDateAt(startMs, timeZone));
  });
  return {
    amount_each: [...new Set(amounts)].join(" "),
    days_skipped: skipped.reduce((sum, days) => sum + days, 0),
  };
}

/** The price of a case that has it in its title alone: "monthly 249.95". */
function priceToldIn({ title }: GoldenCase): bigint {
  const [price] = /\d+\.\d{2}/.exec(title) ?? [];
  if (price === undefined) throw new Unreadable("it names no price");
  return decimalOf(price);
}

/** Billed monthly in advance and ended on a day: what is billed, and the share given back. */
function canceledOnADay(golden: GoldenCase): Figures {
  const { inputs } = golden;
  const timeZone = timeZoneOf(inputs["timezone"]);
  const startMs = instantOf(inputs["created"]);
  const endMs = instantOfLocalTime(`${textOf(inputs["cancel_local_date"])}T00:00`, timeZone);
  const segments = billingSegments(
    { anchorMs: startMs, interval: MONTH, timeZone },
    { startMs, endMs },
    endMs,
  );
  const unused = segments.map(({ endMs: endedMs, period }) =>
    shareOf({ startMs: endedMs, endMs: period.endMs }, period, {
      basis: basisOf(golden),
      timeZone,
    }),
  );
  const isNothing = ({ part }: Share) => part === 0n;
  return {
    invoices: segments.length,
    credit: unused.every(isNothing) ? "0" : "a part of the price",
  };
}
