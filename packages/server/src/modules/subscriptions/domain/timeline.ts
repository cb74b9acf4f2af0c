import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt } from "#kernel/interval.ts";

/** A time in which a subscription rested. */
export interface Rest {
  readonly fromMs: EpochMs;
  /** Null while it lasts. */
  readonly untilMs: EpochMs | null;
  /** What the periods before it were counted from. */
  readonly anchorMs: EpochMs;
}

/** When a subscription ran, and what its periods are counted from. */
export interface Timeline {
  readonly anchoring: Anchoring;
  readonly beganMs: EpochMs;
  readonly trialEndMs: EpochMs | null;
  readonly endedAtMs: EpochMs | null;
  /** Oldest first. */
  readonly rests: readonly Rest[];
}

/** What ran of a period, and the whole of it. */
export interface PartOfPeriod extends Period {
  readonly period: Period;
}

/**
 * What ran of the period that holds an instant: the trial, which is one; or a billing period, cut where
 * the subscription began, rested and ended.
 */
export function partAt(timeline: Timeline, instantMs: EpochMs): PartOfPeriod {
  const { anchoring, beganMs, trialEndMs, endedAtMs, rests } = timeline;
  const untilMs = endedAtMs ?? Number.POSITIVE_INFINITY;
  if (trialEndMs !== null && instantMs < trialEndMs) {
    const trial = { startMs: beganMs, endMs: Math.min(trialEndMs, untilMs) };
    return { ...trial, period: trial };
  }
  const next = rests.find(({ fromMs }) => fromMs > instantMs);
  const last = rests.findLast(({ fromMs }) => fromMs <= instantMs);
  const counted = next === undefined ? anchoring : { ...anchoring, anchorMs: next.anchorMs };
  const period = periodAt(counted, periodIndexAt(counted, instantMs));
  return {
    startMs: Math.max(period.startMs, last?.untilMs ?? trialEndMs ?? beganMs),
    endMs: Math.min(period.endMs, untilMs, next?.fromMs ?? untilMs),
    period,
  };
}

/** Whether a subscription rested at an instant. */
export function isResting(rests: readonly Rest[], instantMs: EpochMs): boolean {
  return rests.some(
    ({ fromMs, untilMs }) => fromMs <= instantMs && (untilMs === null || instantMs < untilMs),
  );
}

/** The parts of periods that ran one after the other, trial excluded: those that begin before an instant. */
export function partsBefore(timeline: Timeline, untilMs: EpochMs): PartOfPeriod[] {
  const { beganMs, trialEndMs, rests } = timeline;
  const parts: PartOfPeriod[] = [];
  let startMs = trialEndMs ?? beganMs;
  while (startMs < untilMs) {
    const atMs = startMs;
    const rest = rests.find((one) => one.fromMs === atMs && one.untilMs !== atMs);
    const part = rest === undefined ? partAt(timeline, atMs) : null;
    if (part !== null) parts.push(part);
    startMs = part?.endMs ?? rest?.untilMs ?? untilMs;
  }
  return parts;
}
