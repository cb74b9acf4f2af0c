import { describe, expect, test } from "vitest";
import { isoInstant } from "#kernel/clock.ts";
import { partAt, partsBefore, type Rest, type Timeline } from "./timeline.ts";

const at = (day: string) => Date.parse(`2026-${day}T00:00:00Z`);
const day = (instantMs: number) => isoInstant(instantMs).slice(5, 10);
const rest = (from: string, until: string | null, anchor = "01-01"): Rest => ({
  fromMs: at(from),
  untilMs: until === null ? null : at(until),
  anchorMs: at(anchor),
});

/** Months from 1 January; from another anchor after a pause that moved it. */
function timeline(rests: readonly Rest[], anchor = "01-01"): Timeline {
  const interval = { unit: "month", count: 1 } as const;
  const anchoring = { anchorMs: at(anchor), interval, timeZone: "UTC" };
  return { anchoring, beganMs: at("01-01"), trialEndMs: null, endedAtMs: null, rests };
}

describe("what ran of the period that holds a day", () => {
  test.each([
    { of: "02-05", ran: "02-01 02-10", because: "the pause cut it" },
    { of: "03-25", ran: "03-20 04-01", because: "it went on in the midst of March" },
    { of: "04-10", ran: "04-01 05-01", because: "later ones are whole" },
  ])("$of is of $ran: $because", ({ of, ran }) => {
    const { startMs, endMs } = partAt(timeline([rest("02-10", "03-20")]), at(of));
    expect(`${day(startMs)} ${day(endMs)}`).toBe(ran);
  });

  test("is counted as it was then, also when the pause moved the anchor", () => {
    const moved = timeline([rest("02-10", "03-20")], "03-20");
    const parts = partsBefore(moved, at("05-01"));
    expect(parts.map(({ startMs, endMs }) => `${day(startMs)} ${day(endMs)}`)).toEqual([
      "01-01 02-01",
      "02-01 02-10",
      "03-20 04-20",
      "04-20 05-20",
    ]);
  });
});

test("a pause that runs is where the last part ends", () => {
  const parts = partsBefore(timeline([rest("02-10", null)]), at("06-01"));
  expect(parts.map(({ startMs }) => day(startMs))).toEqual(["01-01", "02-01"]);
});
