/** Milliseconds since 1970-01-01T00:00:00Z, a whole number. How the engine writes every instant. */
export type EpochMs = number;

/** Where the time comes from. The domain never asks: it is told. */
export interface Clock {
  now(): EpochMs;
}

/** A span of time, half-open: the start belongs to it, the end to the next one. */
export interface Period {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export function isWithin(period: Period, instantMs: EpochMs): boolean {
  return period.startMs <= instantMs && instantMs < period.endMs;
}

const REMEMBERED_INSTANTS = 4096;
const rememberedMs = new Float64Array(REMEMBERED_INSTANTS).fill(Number.NaN);
const rememberedText: string[] = [];

/**
 * ISO 8601 in UTC with milliseconds, as every surface writes an instant. A billing run writes the
 * same few instants thousands of times, so the newest are remembered.
 */
export function isoInstant(instantMs: EpochMs): string {
  const place = Math.abs(instantMs % REMEMBERED_INSTANTS);
  if (rememberedMs[place] !== instantMs) {
    rememberedText[place] = new Date(instantMs).toISOString();
    rememberedMs[place] = instantMs;
  }
  return rememberedText[place] as string;
}

/** The same, for a value that may be absent. */
export function isoInstantOrNull(instantMs: EpochMs | null): string | null {
  return instantMs === null ? null : isoInstant(instantMs);
}
