import type { Clock, EpochMs } from "#kernel/clock.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  moveTo(instantMs: EpochMs): void;
  moveBy(durationMs: number): void;
}

export function manualClock(startMs: EpochMs): ManualClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    moveTo(instantMs) {
      nowMs = instantMs;
    },
    moveBy(durationMs) {
      nowMs += durationMs;
    },
  };
}
