import { expect, test } from "vitest";
import { anchorOnDay } from "./billing-anchor.ts";
import { isoInstant } from "./clock.ts";
import { periodStart } from "./interval.ts";

const month = { unit: "month", count: 1 } as const;
const quarter = { unit: "quarter", count: 1 } as const;
const year = { unit: "year", count: 1 } as const;

test.each([
  { start: "2026-02-10", day: 15, interval: month, anchor: "2026-02-15", because: "it is to come" },
  { start: "2026-02-20", day: 15, interval: month, anchor: "2026-02-15", because: "it is over" },
  {
    start: "2026-02-10",
    day: 31,
    interval: month,
    anchor: "2026-01-31",
    because: "January has it",
  },
  {
    start: "2026-04-10",
    day: 31,
    interval: quarter,
    anchor: "2026-01-31",
    because: "so has January",
  },
  { start: "2026-02-10", day: 30, interval: year, anchor: "2024-02-29", because: "29 is the most" },
])("starting on $start with day $day every $interval.unit: $anchor, for $because", (row) => {
  const startMs = Date.parse(`${row.start}T10:00:00Z`);
  const anchorMs = anchorOnDay({ ...row, startMs, timeZone: "UTC" });
  expect(isoInstant(anchorMs)).toBe(`${row.anchor}T00:00:00.000Z`);
});

test("the last day of every month stays the last day after a short one", () => {
  const startMs = Date.parse("2026-02-10T10:00:00Z");
  const anchorMs = anchorOnDay({ startMs, day: 31, interval: month, timeZone: "UTC" });
  const starts = [1, 2, 3].map((index) =>
    isoInstant(periodStart({ anchorMs, interval: month, timeZone: "UTC" }, index)).slice(0, 10),
  );
  expect(starts).toEqual(["2026-02-28", "2026-03-31", "2026-04-30"]);
});

test("the day is the customer's own", () => {
  const startMs = Date.parse("2026-03-01T02:00:00Z");
  const zone = { interval: month, timeZone: "America/Los_Angeles" };
  expect(isoInstant(anchorOnDay({ startMs, day: 28, ...zone }))).toBe("2026-02-28T08:00:00.000Z");
});
