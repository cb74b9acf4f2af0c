import { describe, expect, test } from "vitest";
import { isoInstant } from "./clock.ts";
import { type Anchoring, type Interval, periodAt, periodIndexAt, periodStart } from "./interval.ts";

const anchored = (anchor: string, interval: Interval, timeZone = "UTC"): Anchoring => ({
  anchorMs: Date.parse(anchor),
  interval,
  timeZone,
});

const month: Interval = { unit: "month", count: 1 };

describe("where periods begin", () => {
  test.each([
    { index: 1, start: "2026-02-28T00:00:00.000Z", because: "February has no 31st" },
    { index: 2, start: "2026-03-31T00:00:00.000Z", because: "March goes back to the anchor's day" },
    { index: 3, start: "2026-04-30T00:00:00.000Z", because: "April has no 31st" },
    { index: 25, start: "2028-02-29T00:00:00.000Z", because: "2028 is a leap year" },
  ])("month $index after 31 January: $because", ({ index, start }) => {
    const anchoring = anchored("2026-01-31T00:00:00Z", month);
    expect(isoInstant(periodStart(anchoring, index))).toBe(start);
  });

  test.each([
    { unit: "day", start: "2026-03-09T04:00:00.000Z", because: "a day ends at local midnight" },
    {
      unit: "week",
      start: "2026-03-15T04:00:00.000Z",
      because: "the clocks went forward within it",
    },
    { unit: "month", start: "2026-04-08T04:00:00.000Z", because: "local midnight moved in UTC" },
    { unit: "quarter", start: "2026-06-08T04:00:00.000Z", because: "a quarter is three months" },
    { unit: "year", start: "2027-03-08T05:00:00.000Z", because: "the anchor's own offset is back" },
    { unit: "fixed_days", start: "2026-03-09T05:00:00.000Z", because: "a fixed day is 24 hours" },
  ] as const)("one $unit in New York over the change to summer time: $because", (row) => {
    const interval = { unit: row.unit, count: 1 };
    const anchoring = anchored("2026-03-08T05:00:00Z", interval, "America/New_York");
    expect(isoInstant(periodStart(anchoring, 1))).toBe(row.start);
  });

  test("a fixed term of 30 days is 720 hours, whatever the calendar says", () => {
    const anchoring = anchored("2026-01-31T10:00:00Z", { unit: "fixed_days", count: 30 });
    expect(isoInstant(periodAt(anchoring, 0).endMs)).toBe("2026-03-02T10:00:00.000Z");
  });
});

describe("which period holds an instant", () => {
  const zones = [
    "UTC",
    "America/Jamaica",
    "America/Juneau",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
  ];
  const intervals: Interval[] = [
    { unit: "day", count: 1 },
    { unit: "week", count: 2 },
    month,
    { unit: "quarter", count: 1 },
    { unit: "year", count: 1 },
    { unit: "fixed_days", count: 30 },
  ];

  test.each(zones.flatMap((timeZone) => intervals.map((interval) => ({ timeZone, interval }))))(
    "in $timeZone by $interval.count $interval.unit: the first instant of a period and the last of the one before",
    ({ timeZone, interval }) => {
      const anchoring = anchored("2024-01-31T23:30:00Z", interval, timeZone);
      for (let index = -5; index < 60; index += 1) {
        const startMs = periodStart(anchoring, index);
        expect(periodIndexAt(anchoring, startMs)).toBe(index);
        expect(periodIndexAt(anchoring, startMs - 1)).toBe(index - 1);
      }
    },
  );
});
