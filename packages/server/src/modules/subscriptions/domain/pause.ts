import type { EpochMs } from "#kernel/clock.ts";

/** A pause that runs, or one that begins when the running period ends. */
export interface Pause {
  /** Null until it has begun. */
  readonly pausedAtMs: EpochMs | null;
  /** When it ends by itself; null: when somebody ends it. */
  readonly resumesAtMs: EpochMs | null;
  /** Until when prices in advance are paid for; null where that was given back. */
  readonly paidUntilMs: EpochMs | null;
}
