import { createHash } from "node:crypto";
import type { NameRow } from "./usage-row.ts";

const COUNTERS = 2 ** 22;

/**
 * Names rows that came without a reference, so that the same file read again gives the same names:
 * the SHA-256 of what the row says, and which row of that content it is.
 *
 * Counting how often a content came takes fixed memory, 16 MB: two counters for each content, which
 * it may share with others. The smaller one is never too low, so rows that say the same never get
 * the same number; that a number may be skipped does not matter.
 */
export function createRowReferences(): NameRow {
  const counters = new Uint32Array(COUNTERS);
  const count = (one: number, other: number): number => {
    const place = Math.min(counters[one] ?? 0, counters[other] ?? 0) + 1;
    counters[one] = Math.max(counters[one] ?? 0, place);
    counters[other] = Math.max(counters[other] ?? 0, place);
    return place;
  };
  return (row) => {
    const digest = createHash("sha256").update(canonical(row)).digest();
    const place = count(digest.readUInt32LE(0) % COUNTERS, digest.readUInt32LE(4) % COUNTERS);
    return `row-${digest.toString("base64url")}-${place}`;
  };
}

/** The same text for the same content, however its fields are ordered. */
function canonical(row: Parameters<NameRow>[0]): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(byName))
      : value,
  );
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
