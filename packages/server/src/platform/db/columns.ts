import { type EpochMs, isoInstant } from "#kernel/clock.ts";

/**
 * Turns rows into the parallel arrays that `unnest` takes, one per key and in that order: how one
 * statement writes many rows. Keys that end in `Ms` are instants and become timestamps; objects
 * become JSON; null stays null.
 */
export function columns<Row extends object>(
  rows: readonly Row[],
  keys: readonly (keyof Row & string)[],
): unknown[][] {
  return keys.map((key) => rows.map((row) => columnValue(key, row[key])));
}

/**
 * One column of JSON values, as the text that `json_array_elements` takes: many times cheaper than an
 * array of JSON, whose every quote is escaped here and read back there.
 */
export function jsonColumn<Row extends object>(rows: readonly Row[], key: keyof Row): string {
  let text = "";
  let previous: unknown;
  const texts = rows.map((row) => {
    // Neighbours often share their value: several events about one change.
    if (text === "" || row[key] !== previous) text = JSON.stringify(row[key]);
    previous = row[key];
    return text;
  });
  return `[${texts.join(",")}]`;
}

function columnValue(key: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" && key.endsWith("Ms")) return isoInstant(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "object" && !Buffer.isBuffer(value)) return JSON.stringify(value);
  return value;
}

/** An instant as a statement's parameter. */
export function instant(instantMs: EpochMs): string {
  return isoInstant(instantMs);
}

/** The same where there may be none. */
export function instantOrNull(instantMs: EpochMs | null): string | null {
  return instantMs === null ? null : isoInstant(instantMs);
}
