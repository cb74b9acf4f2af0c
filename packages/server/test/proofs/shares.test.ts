import { expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { type ProrationBasis, shareOf } from "#kernel/proration.ts";
import { chanceOf } from "#test/crash/chance.ts";
import { shareByCalendar } from "./calendar.ts";
import { ZONES } from "./period-rows.ts";

const BASES: readonly ProrationBasis[] = ["exact_time", "days", "days_inclusive", "fixed_30_days"];

test.each(BASES)("5,000 parts of periods, measured by %s in every zone", (basis) => {
  const chance = chanceOf(20_261_121);
  const differing: string[] = [];
  for (let part = 0; part < 5_000; part += 1) {
    const timeZone = chance.oneOf(ZONES) ?? "UTC";
    const startMs = Date.UTC(2024, 0, 1) + chance.integer(0, 3000 * DAY_MS);
    const endMs = startMs + chance.integer(1, (chance.oneOf([1, 31, 366]) ?? 1) * DAY_MS);
    const cuts = [0, 1].map(() => chance.integer(startMs, endMs)).toSorted((a, b) => a - b);
    const [fromMs = startMs, untilMs = endMs] = chance.happens(0.5) ? cuts : [cuts[0], endMs];
    const period = { startMs, endMs };
    const got = shareOf({ startMs: fromMs, endMs: untilMs }, period, { basis, timeZone });
    const whole = { fromMs: startMs, untilMs: endMs };
    const share = shareByCalendar(timeZone, basis, { fromMs, untilMs }, whole);
    const isSame = got.part * share.under === share.over * got.whole;
    if (!isSame) differing.push(`${fromMs} – ${untilMs} of ${startMs} – ${endMs}, ${timeZone}`);
  }
  expect(differing.slice(0, 5)).toEqual([]);
});
