import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recountOwed } from "./recount.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-recount-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function recounted(name: string, text: string) {
  const path = join(folder, name);
  await writeFile(path, text);
  return Object.fromEntries(await recountOwed(path));
}

const flight = (origin: string, distance: number, date = "2001/01/05 08:00") => ({
  date,
  delay: -3,
  distance,
  origin,
  destination: "SFO",
});
const lines = (flights: readonly object[]) =>
  flights.map((one) => `${JSON.stringify(one)}\n`).join("");
const times = (count: number, one: object) => Array.from({ length: count }, () => one);

// Flights: 4.50 to the 10th, 3.75 to the 100th, then 2.90. Miles: all at 0.00825 up to 10,000, at
// 0.0067125 up to 100,000, then at 0.004375.
test.each([
  {
    flights: times(1, flight("DTW", 100)),
    cents: 450 + 83,
    because: "0.825 is rounded up to 0.83",
  },
  { flights: times(1, flight("DTW", 0)), cents: 450, because: "no miles cost nothing" },
  {
    flights: times(10, flight("DTW", 1000)),
    cents: 4500 + 8250,
    because: "10,000 miles end a tier",
  },
  {
    flights: [...times(10, flight("DTW", 1000)), flight("DTW", 1)],
    cents: 4500 + 375 + 6713,
    because: "10,001 miles are all cheaper: 67.13171… is 67.13",
  },
  {
    flights: times(101, flight("DTW", 1000)),
    cents: 4500 + 90 * 375 + 290 + 44188,
    because: "the 101st flight is in the last tier, and 441.875 goes up",
  },
])("$because", async ({ flights, cents }) => {
  expect(await recounted("a.jsonl", lines(flights))).toEqual({ "DTW 2001-01": BigInt(cents) });
});

test("airports and months are counted apart, on lines and in an array, whatever the date looks like", async () => {
  const flights = [
    flight("DTW", 100),
    flight("LAS", 100),
    flight("DTW", 100, "2001-02-28T23:59:59Z"),
    { ...flight("DTW", 100), date: Date.UTC(2001, 2, 31) },
  ];
  const owed = {
    "DTW 2001-01": 533n,
    "LAS 2001-01": 533n,
    "DTW 2001-02": 533n,
    "DTW 2001-03": 533n,
  };
  expect(await recounted("b.jsonl", lines(flights))).toEqual(owed);
  expect(await recounted("b.json", JSON.stringify(flights, null, 1))).toEqual(owed);
});
