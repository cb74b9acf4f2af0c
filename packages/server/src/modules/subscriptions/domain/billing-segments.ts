import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt } from "#kernel/interval.ts";

/** What runs of one billing period: all of it, or what a late start or an early end leaves. */
export interface BillingSegment extends Period {
  /** The whole period that surrounds it, counted from the anchor. */
  readonly period: Period & { readonly index: number };
}

export interface Run {
  readonly startMs: EpochMs;
  /** Null while no end is known. */
  readonly endMs: EpochMs | null;
}

/**
 * The billing periods of a run, cut where it starts and ends: those that begin at or before
 * `untilMs`. A start between two boundaries makes the first one a stub.
 */
export function billingSegments(
  anchoring: Anchoring,
  { startMs, endMs }: Run,
  untilMs: EpochMs,
): BillingSegment[] {
  const segments: BillingSegment[] = [];
  const lastMs = endMs ?? Number.POSITIVE_INFINITY;
  let index = periodIndexAt(anchoring, startMs);
  let beginMs = startMs;
  while (beginMs < lastMs && beginMs <= untilMs) {
    const period = { ...periodAt(anchoring, index), index };
    segments.push({ startMs: beginMs, endMs: Math.min(period.endMs, lastMs), period });
    beginMs = period.endMs;
    index += 1;
  }
  return segments;
}
