import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { periodStart } from "#kernel/interval.ts";
import { calendarOf, startByCalendar } from "./calendar.ts";
import { periodRows, ZONES } from "./period-rows.ts";

const ROWS_AT_LEAST = 50_000;
const PROCESS_ZONES = [
  "UTC",
  "America/Juneau",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "Australia/Lord_Howe",
];

describe("every period from 2024 to 2034, counted by another calendar", () => {
  let rowCount = 0;

  test.each(ZONES)("in %s", (zone) => {
    const calendar = calendarOf(zone);
    const differing: string[] = [];
    for (const { anchoring, periods } of periodRows(zone)) {
      const { anchorMs, interval } = anchoring;
      for (let index = 0; index < periods; index += 1) {
        const expected = startByCalendar(calendar, anchorMs, interval, index);
        const got = periodStart(anchoring, index);
        if (got !== expected) differing.push(`${JSON.stringify(anchoring)} ${index}: ${got}`);
        rowCount += 1;
      }
    }
    expect(differing.slice(0, 5)).toEqual([]);
  });

  test(`is more than ${ROWS_AT_LEAST} rows`, () => {
    expect(rowCount).toBeGreaterThan(ROWS_AT_LEAST);
  });
});

test("the process's own time zone changes no period", async () => {
  const said = await Promise.all(PROCESS_ZONES.map(digestIn));
  expect(new Set(said.map(({ offset }) => offset)).size).toBe(PROCESS_ZONES.length);
  expect(new Set(said.map(({ digest }) => digest)).size).toBe(1);
}, 60_000);

async function digestIn(zone: string) {
  const script = join(import.meta.dirname, "period-digest.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--import", "tsx", script],
    { env: { ...process.env, TZ: zone } },
  );
  const [digest, offset] = stdout.trim().split(" ");
  return { digest, offset };
}
