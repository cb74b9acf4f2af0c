import { DAY_MS, HOUR_MS } from "#kernel/clock.ts";
import { chanceOf } from "#test/crash/chance.ts";

/** When every simulation begins. */
export const BEGIN_MS = Date.UTC(2026, 0, 1);

const TICK_MS = DAY_MS / 2;

/** How long the customers have after each tick to do something. */
export const OPEN_MS = HOUR_MS;

/**
 * Twice a day the product does what is due; then the customers have an hour, and the product its turn
 * again. In between time passes without it, as it does for a server that is busy.
 */
export interface Beat {
  readonly tickMs: number;
  readonly closingMs: number;
}

export function* beatsUntil(endMs: number): Generator<Beat> {
  for (let tickMs = BEGIN_MS; tickMs + OPEN_MS <= endMs; tickMs += TICK_MS) {
    yield { tickMs, closingMs: tickMs + OPEN_MS };
  }
}

/**
 * When customers do something in the hour after a tick. These instants are the same for all of them, so
 * that those who do not know of each other can do it at the same time.
 */
export function openingsAfter(tickMs: number): readonly number[] {
  const chance = chanceOf(tickMs / TICK_MS);
  return [0, 1, 2].map(() => tickMs + chance.integer(2, OPEN_MS - HOUR_MS / 4));
}

/** The tick before an instant, or at it. */
export function tickOf(instantMs: number): number {
  return Math.floor(instantMs / TICK_MS) * TICK_MS;
}
