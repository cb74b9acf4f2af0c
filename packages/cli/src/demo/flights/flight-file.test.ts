import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFlightFile } from "./flight-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-flights-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function opened(name: string, text: string) {
  const path = join(folder, name);
  await writeFile(path, text);
  return openFlightFile(path, () => {});
}

const rows = [
  { date: "2001/01/31 23:59", distance: 10, origin: "LAS" },
  { date: "2001-03-01T00:00:00.000Z", distance: 20, origin: "DTW" },
  { date: "2001-01-01", distance: 30, origin: "ATL" },
  { date: Date.UTC(2001, 2, 31, 23, 59, 59), distance: 40, origin: "LAS" },
];
const lines = rows.map((row) => JSON.stringify(row)).join("\r\n");

describe.each([
  { name: "rows.jsonl", text: `${lines}\n` },
  { name: "rows.json", text: JSON.stringify(rows) },
])("$name", ({ name, text }) => {
  test("tells its airports and months, and a month's flights with their rows", async () => {
    const file = await opened(name, text);
    expect(file).toMatchObject({
      flightCount: 4,
      origins: ["ATL", "DTW", "LAS"],
      firstMonth: "2001-01",
      lastMonth: "2001-03",
    });
    expect(["2001-01", "2001-02", "2001-03"].map(file.countOf)).toEqual([2, 0, 2]);
    const flights: unknown[] = [];
    for (const month of ["2001-01", "2001-02", "2001-03"]) {
      for await (const group of file.flightsOf(month)) {
        flights.push(...group.map(({ row, distance }) => [month, row, distance]));
      }
    }
    expect(flights).toEqual([
      ["2001-01", 1, 10],
      ["2001-01", 3, 30],
      ["2001-03", 2, 20],
      ["2001-03", 4, 40],
    ]);
  });
});

test.each([
  '{"date":"2001/13/01 00:00","distance":1,"origin":"DTW"}',
  '{"date":"soon","distance":1,"origin":"DTW"}',
  '{"date":"2001/01/01 00:00","distance":-1,"origin":"DTW"}',
  '{"date":"2001/01/01 00:00","distance":1.5,"origin":"DTW"}',
  '{"date":"2001/01/01 00:00","distance":1}',
  "nonsense",
])("%s is named as the row that is no flight", async (bad) => {
  await expect(opened("bad.jsonl", `${lines}\n${bad}\n`)).rejects.toThrow("Row 5 is no flight");
});

test("a file that is not there, or holds nothing, is said so", async () => {
  await expect(openFlightFile(join(folder, "none.jsonl"), () => {})).rejects.toThrow(
    "There is no file",
  );
  await expect(opened("empty.jsonl", "\n")).rejects.toThrow("holds no flights");
});
