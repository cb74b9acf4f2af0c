import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt, periodStart } from "#kernel/interval.ts";
import type { Adapter, Figure, GoldenCase } from "../golden-case.ts";
import {
  countOf,
  dayOf,
  instantOf,
  intervalOf,
  lastSecondBefore,
  listOf,
  textOf,
  timeZoneOf,
  wholeSeconds,
} from "../words.ts";

const AT = "interval? anchor at in_advance?";

export const periodAdapters: readonly Adapter[] = [
  {
    topics: "periods",
    takes: "interval start end",
    gives: "whole_periods",
    answer: ({ inputs }) => ({
      whole_periods: periodIndexAt(anchoringAt(inputs["start"], inputs), instantOf(inputs["end"])),
    }),
  },
  {
    topics: "periods",
    takes: "interval start n",
    gives: "date",
    answer: ({ inputs }) => ({
      date: dayOf(periodStart(anchoringAt(inputs["start"], inputs), countOf(inputs["n"]))),
    }),
  },
  {
    topics: "month-end leap-day",
    takes: "interval anchor timezone",
    gives: "periods end_inclusive",
    answer: (golden) => {
      const anchoring = anchoringAt(golden.inputs["anchor"], golden.inputs);
      const lastDay = (endMs: EpochMs) => dayOf(endMs - 1, anchoring.timeZone);
      const periods = listOf(golden.expected["periods"]).map((_, index) => {
        const { startMs, endMs } = periodAt(anchoring, index);
        return [dayOf(startMs, anchoring.timeZone), lastDay(endMs)];
      });
      return { periods, end_inclusive: true };
    },
  },
  {
    topics: "month-end leap-day",
    takes: "interval anchor from_?",
    gives: "renewals",
    answer: ({ inputs, expected }) => {
      const anchoring = anchoringAt(inputs["anchor"], inputs);
      const fromMs = instantOf(inputs["from_"] ?? inputs["anchor"]);
      const running = periodIndexAt(anchoring, fromMs);
      const renewals = listOf(expected["renewals"]).map((_, index) =>
        dayOf(periodStart(anchoring, running + 1 + index)),
      );
      return { renewals };
    },
  },
  {
    topics: "month-end leap-day",
    takes: AT,
    gives: "from_",
    answer: (golden) => ({ from_: sameForm(golden, "from_", periodLookedAt(golden).startMs) }),
  },
  {
    topics: "month-end leap-day",
    takes: AT,
    gives: "to",
    answer: (golden) => ({ to: endAsSeen(golden) }),
  },
  {
    topics: "month-end leap-day",
    takes: AT,
    gives: "from_ to",
    answer: (golden) => ({
      from_: wholeSeconds(periodLookedAt(golden).startMs),
      to: endAsSeen(golden),
    }),
  },
];

/**
 * The period that holds an instant. A date alone is the day on which a bill is made: in arrears it is
 * for the period that has ended by then.
 */
function periodLookedAt({ inputs }: GoldenCase): Period {
  const anchoring = anchoringAt(inputs["anchor"], inputs);
  const index = periodIndexAt(anchoring, instantOf(inputs["at"]));
  return periodAt(anchoring, isBilledInArrears(inputs) ? index - 1 : index);
}

/** What is billed in arrears ends with its last second; any other period with the first of the next. */
function endAsSeen(golden: GoldenCase): string {
  const { endMs } = periodLookedAt(golden);
  return isBilledInArrears(golden.inputs) ? lastSecondBefore(endMs) : wholeSeconds(endMs);
}

function isBilledInArrears(inputs: GoldenCase["inputs"]): boolean {
  return !textOf(inputs["at"]).includes("T") && inputs["in_advance"] !== true;
}

/** An instant as a date or as an instant, whichever the case has. */
function sameForm({ expected }: GoldenCase, name: string, instantMs: EpochMs): string {
  return textOf(expected[name]).includes("T") ? wholeSeconds(instantMs) : dayOf(instantMs);
}

function anchoringAt(anchor: Figure | undefined, inputs: GoldenCase["inputs"]): Anchoring {
  const timeZone = timeZoneOf(inputs["timezone"]);
  return { anchorMs: instantOf(anchor), interval: intervalOf(inputs["interval"]), timeZone };
}
