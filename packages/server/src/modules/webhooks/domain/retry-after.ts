import { type EpochMs, HOUR_MS, SECOND_MS } from "#kernel/clock.ts";

/** Nobody can put us off for longer than the schedule's own longest pause. */
const PAUSE_MAX_MS = 24 * HOUR_MS;

const IMF_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * How long a receiver asks to be left alone by its `Retry-After` header: seconds, or an HTTP date (RFC
 * 9110, 10.2.3). At most a day; 0 for what has passed, cannot be read or was not sent.
 */
export function askedPauseMs(retryAfter: string | null, nowMs: EpochMs): number {
  if (retryAfter === null) return 0;
  const text = retryAfter.trim();
  if (/^\d+$/.test(text)) return Math.min(PAUSE_MAX_MS, Number(text) * SECOND_MS);
  const untilMs = IMF_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(untilMs) ? 0 : Math.min(PAUSE_MAX_MS, Math.max(0, untilMs - nowMs));
}
