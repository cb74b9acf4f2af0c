import { CommandFailure } from "../../failure.ts";

/** One departure. */
export interface Flight {
  /** Its place in the file, counted from 1. */
  readonly row: number;
  readonly atMs: number;
  /** In miles, a whole number. */
  readonly distance: number;
  /** The airport's code. */
  readonly origin: string;
}

// Written by many tools: 2001/01/01 00:47, 2001-01-01T00:47:00.000Z, 2001-01-01.
const DATE =
  /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(?:Z|[+-]00:?00)?$/;

/** Reads `{"date", "distance", "origin"}`, the date in UTC. Throws with the row's place. */
export function flightFrom(value: unknown, row: number): Flight {
  const { date, distance, origin } = (value ?? {}) as Record<string, unknown>;
  const atMs = typeof date === "number" ? date : dateMs(date);
  const isWhole = typeof distance === "number" && Number.isSafeInteger(distance) && distance >= 0;
  const hasOrigin = typeof origin === "string" && origin !== "";
  if (Number.isSafeInteger(atMs) && isWhole && hasOrigin) return { row, atMs, distance, origin };
  throw new CommandFailure(
    `Row ${row} is no flight: ${JSON.stringify(value).slice(0, 200)}`,
    'Rows look like {"date": "2001/01/01 00:47", "distance": 1750, "origin": "DTW"}.',
  );
}

function dateMs(text: unknown): number {
  const parts = typeof text === "string" ? DATE.exec(text) : null;
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
