import { describe, expect, test } from "vitest";
import { isoInstant } from "#kernel/clock.ts";
import {
  type AskedBeginning,
  anchorOf,
  type Beginning,
  beginningOf,
  firstPeriod,
  trialEndOf,
} from "./beginning.ts";

const at = (text: string) => Date.parse(text);
const NOW_MS = at("2026-03-01T15:00:00Z");
const MONTH = { unit: "month", count: 1 } as const;
const terms = { trialDays: 0, interval: MONTH, timeZone: "America/New_York", nowMs: NOW_MS };

describe("how a subscription begins", () => {
  test("is as usual where nothing was asked and the plan has no trial", () => {
    expect(beginningOf({}, terms)).toBeNull();
  });

  test.each<{ asked: AskedBeginning; trialDays: number; trial: Beginning["trial"] | "none" }>([
    { asked: {}, trialDays: 14, trial: { type: "days", days: 14 } },
    {
      asked: { trial: { type: "days", days: 3 } },
      trialDays: 14,
      trial: { type: "days", days: 3 },
    },
    { asked: { trial: { type: "days", days: 0 } }, trialDays: 14, trial: "none" },
  ])("has the trial that was asked for, else the plan's: $trial", ({ asked, trialDays, trial }) => {
    expect(beginningOf(asked, { ...terms, trialDays })?.trial ?? "none").toEqual(trial);
  });

  test.each<{ asked: AskedBeginning; field: string }>([
    { asked: { startsAtMs: NOW_MS }, field: "starts_at" },
    { asked: { trial: { type: "until", endMs: NOW_MS } }, field: "trial_end" },
    {
      asked: { startsAtMs: NOW_MS + 9, trial: { type: "until", endMs: NOW_MS + 9 } },
      field: "trial_end",
    },
  ])("lies ahead, or is refused: $field", ({ asked, field }) => {
    const details = expect.objectContaining({ field });
    expect(() => beginningOf(asked, terms)).toThrow(
      expect.objectContaining({ code: "time_invalid", details }),
    );
  });

  test("a day of the month suits months, and no weeks", () => {
    const asked = { anchor: { type: "day", day: 5 } } as const;
    const week = { unit: "week", count: 1 } as const;
    expect(beginningOf(asked, terms)).toMatchObject(asked);
    expect(() => beginningOf(asked, { ...terms, interval: week })).toThrow(
      expect.objectContaining({
        code: "billing_anchor_invalid",
        details: { interval: "week", allowed: ["a day for month, quarter or year", "an instant"] },
      }),
    );
  });
});

test("a trial's days are the customer's: it ends at the hour at which it began, over DST too", () => {
  const trial = { type: "days", days: 14 } as const;
  const beginning = { startsAtMs: null, trial, anchor: null };
  const endMs = trialEndOf({ beginning, timeZone: "America/New_York" }, NOW_MS);
  expect(isoInstant(endMs ?? 0)).toBe("2026-03-15T14:00:00.000Z");
});

test("a trial until an instant is none for who comes after it", () => {
  const trial = { type: "until", endMs: NOW_MS } as const;
  const beginning = { startsAtMs: null, trial, anchor: null };
  expect(trialEndOf({ beginning, timeZone: "UTC" }, NOW_MS)).toBeNull();
});

test.each([
  { anchor: { type: "day", day: 15 }, first: "2026-03-10 – 2026-03-15" },
  { anchor: { type: "day", day: 1 }, first: "2026-03-10 – 2026-04-01" },
  { anchor: { type: "day", day: 31 }, first: "2026-03-10 – 2026-03-31" },
  {
    anchor: { type: "instant", atMs: at("2026-06-20T00:00:00Z") },
    first: "2026-03-10 – 2026-03-20",
  },
  { anchor: null, first: "2026-03-10 – 2026-04-10" },
] as const)("the first period of $anchor is $first", ({ anchor, first }) => {
  const startMs = at("2026-03-10T00:00:00Z");
  const beginning = { startsAtMs: null, trial: null, anchor };
  const subscription = { beginning, interval: MONTH, timeZone: "UTC" };
  const period = firstPeriod(subscription, anchorOf(subscription, startMs), startMs);
  expect(`${isoInstant(period.startMs)} – ${isoInstant(period.endMs)}`).toBe(
    first.replaceAll(/\d{4}-\d\d-\d\d/g, (day) => `${day}T00:00:00.000Z`),
  );
});
