import { createReadStream } from "node:fs";
import { CommandFailure } from "../../failure.ts";
import { FLIGHT_TIERS, MILE_TIERS, type TariffTier } from "./tariff.ts";

/** What every airport owes for every month, in cents: `DTW 2001-03` → 123456n. */
export type OwedCents = ReadonlyMap<string, bigint>;

/** Rates as whole numbers of this many to a dollar: ten millionths hold all of the tariff's digits. */
const PARTS_PER_DOLLAR = 10_000_000n;
const PARTS_PER_CENT = PARTS_PER_DOLLAR / 100n;

/**
 * Works out the bills a second time, and in another way than the server: it goes straight through the
 * file's text, takes the fields out by pattern, charges each flight as it passes at the rate of its
 * own place in the month, and prices the miles at the end. It shares nothing with the import or the
 * engine but the tariff's figures.
 */
export async function recountOwed(path: string): Promise<OwedCents> {
  const flightParts = new Map<string, bigint>();
  const flightCounts = new Map<string, number>();
  const miles = new Map<string, bigint>();
  const flightRates = rates(FLIGHT_TIERS);
  for await (const object of objectsIn(path)) {
    const key = `${field(object, ORIGIN)} ${monthIn(object)}`;
    const place = (flightCounts.get(key) ?? 0) + 1;
    flightCounts.set(key, place);
    flightParts.set(key, (flightParts.get(key) ?? 0n) + rateAt(flightRates, BigInt(place)));
    miles.set(key, (miles.get(key) ?? 0n) + BigInt(field(object, DISTANCE)));
  }
  const mileRates = rates(MILE_TIERS);
  const owed = new Map<string, bigint>();
  for (const [key, parts] of flightParts) {
    const flown = miles.get(key) ?? 0n;
    owed.set(key, cents(parts) + cents(flown * rateAt(mileRates, flown)));
  }
  return owed;
}

const ORIGIN = /"origin"\s*:\s*"([^"]+)"/;
const DISTANCE = /"distance"\s*:\s*(\d+)/;
const MONTH_IN_TEXT = /"date"\s*:\s*"(\d{4}).(\d\d)/;
const MONTH_IN_MS = /"date"\s*:\s*(-?\d+)/;

function monthIn(object: string): string {
  const [, year, month] = MONTH_IN_TEXT.exec(object) ?? [];
  if (year !== undefined) return `${year}-${month}`;
  return new Date(Number(field(object, MONTH_IN_MS))).toISOString().slice(0, 7);
}

function field(object: string, pattern: RegExp): string {
  const found = pattern.exec(object)?.[1];
  if (found !== undefined) return found;
  throw new CommandFailure(`The recount finds no ${pattern.source} in ${object.slice(0, 200)}`);
}

/** The flat JSON objects of a text, whether they stand in an array or on lines. */
async function* objectsIn(path: string): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const pieces = (rest + String(chunk)).split("}");
    rest = pieces.pop() ?? "";
    yield* pieces;
  }
}

interface Rate {
  readonly upTo: bigint | null;
  readonly parts: bigint;
}

function rates(tiers: readonly TariffTier[]): Rate[] {
  return tiers.map(({ up_to, unit_price }) => {
    const [dollars = "0", fraction = ""] = unit_price.split(".");
    const parts = BigInt(dollars) * PARTS_PER_DOLLAR + BigInt(fraction.padEnd(7, "0"));
    return { upTo: up_to === null ? null : BigInt(up_to), parts };
  });
}

function rateAt(table: readonly Rate[], place: bigint): bigint {
  return table.find(({ upTo }) => upTo === null || place <= upTo)?.parts ?? 0n;
}

/** Halves go up. */
function cents(parts: bigint): bigint {
  return (parts * 2n + PARTS_PER_CENT) / (PARTS_PER_CENT * 2n);
}
