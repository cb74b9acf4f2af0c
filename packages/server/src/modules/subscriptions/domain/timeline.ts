import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt } from "#kernel/interval.ts";

/** When a subscription ran, and what its periods are counted from. */
export interface Timeline {
  readonly anchoring: Anchoring;
  readonly beganMs: EpochMs;
  readonly trialEndMs: EpochMs | null;
  readonly endedAtMs: EpochMs | null;
}

/** What ran of a period, and the whole of it. */
export interface PartOfPeriod extends Period {
  readonly period: Period;
}

/**
 * What ran of the period that holds an instant: the trial, which is one; or a billing period, cut where
 * the subscription began and ended.
 */
export function partAt(timeline: Timeline, instantMs: EpochMs): PartOfPeriod {
  const { anchoring, beganMs, trialEndMs, endedAtMs } = timeline;
  const untilMs = endedAtMs ?? Number.POSITIVE_INFINITY;
  if (trialEndMs !== null && instantMs < trialEndMs) {
    const trial = { startMs: beganMs, endMs: Math.min(trialEndMs, untilMs) };
    return { ...trial, period: trial };
  }
  const period = periodAt(anchoring, periodIndexAt(anchoring, instantMs));
  return {
    startMs: Math.max(period.startMs, trialEndMs ?? beganMs),
    endMs: Math.min(period.endMs, untilMs),
    period,
  };
}
