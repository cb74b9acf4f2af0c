import { expect, test } from "vitest";
import { isoInstant } from "#kernel/clock.ts";
import { billingSegments } from "./billing-segments.ts";

const at = (text: string) => Date.parse(`${text}T00:00:00Z`);
const tenth = {
  anchorMs: at("2011-02-10"),
  interval: { unit: "month", count: 1 },
  timeZone: "UTC",
} as const;
const spans = (run: { startMs: number; endMs: number | null }, until: string) =>
  billingSegments(tenth, run, at(until)).map(
    ({ startMs, endMs, period }) =>
      `${day(startMs)} ${day(endMs)} of ${day(period.startMs)} ${day(period.endMs)}`,
  );
const day = (instantMs: number) => isoInstant(instantMs).slice(5, 10);

test("a start between two boundaries makes a stub, then whole periods", () => {
  expect(spans({ startMs: at("2011-02-24"), endMs: null }, "2011-03-10")).toEqual([
    "02-24 03-10 of 02-10 03-10",
    "03-10 04-10 of 03-10 04-10",
  ]);
});

test("an end cuts the last one, and nothing begins after it", () => {
  expect(spans({ startMs: at("2011-02-10"), endMs: at("2011-03-15") }, "2011-06-01")).toEqual([
    "02-10 03-10 of 02-10 03-10",
    "03-10 03-15 of 03-10 04-10",
  ]);
});

test("what begins after the instant that is looked at is not there yet", () => {
  expect(spans({ startMs: at("2011-02-10"), endMs: null }, "2011-03-09")).toHaveLength(1);
});
