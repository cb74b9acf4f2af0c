import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Anchoring, periodAt, periodIndexAt } from "#kernel/interval.ts";

/** Finds the billing period of an anchoring that holds an instant. */
export type PeriodOf = (anchoring: Anchoring, instantMs: EpochMs) => Period;

const REMEMBERED_MAX = 10_000;

/**
 * A `PeriodOf` that remembers the periods it found. Calendar arithmetic costs a hundred times what the
 * rest of an event does, and the events of an import share a few periods.
 */
export function rememberingPeriodOf(): PeriodOf {
  const remembered = new Map<string, Period[]>();
  return (anchoring, instantMs) => {
    const { anchorMs, interval, timeZone } = anchoring;
    const key = `${anchorMs} ${interval.count} ${interval.unit} ${timeZone}`;
    const known = remembered.get(key) ?? [];
    const found = known.find(({ startMs, endMs }) => startMs <= instantMs && instantMs < endMs);
    if (found !== undefined) return found;
    const period = periodAt(anchoring, periodIndexAt(anchoring, instantMs));
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(key, [period, ...known.slice(0, 24)]);
    return period;
  };
}
