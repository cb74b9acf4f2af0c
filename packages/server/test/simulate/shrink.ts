import { DAY_MS } from "#kernel/clock.ts";
import type { Cast } from "./cast.ts";
import type { Failure } from "./checks.ts";
import type { Life, Step } from "./history.ts";

/** Plays a cast on a database of its own. */
export type PlayCast = (cast: Cast) => Promise<Failure | null>;

export interface Shrunk {
  readonly life: Life;
  readonly failure: Failure;
}

/** How often a shorter history is tried. */
const TRIES_MAX = 250;

/**
 * The shortest history that still fails: of one customer alone, and of its steps those that are needed.
 * Null when nobody fails alone.
 */
export async function shortest(
  playCast: PlayCast,
  cast: Cast,
  first: Failure,
): Promise<Shrunk | null> {
  const { plans } = cast;
  const endMs = first.atMs + DAY_MS;
  const failureOf = (lives: readonly Life[]) => playCast({ plans, lives, endMs });
  const life = first.life ?? (await whoFails(failureOf, cast.lives));
  if (life === null) return null;
  const steps = life.steps.filter(({ atMs }) => atMs <= first.atMs);
  const failure = await failureOf([{ ...life, steps }]);
  if (failure === null) return null;
  return withFewerSteps(failureOf, { life: { ...life, steps }, failure });
}

type FailureOf = (lives: readonly Life[]) => Promise<Failure | null>;

/** Halves the customers until one is left. */
async function whoFails(failureOf: FailureOf, lives: readonly Life[]): Promise<Life | null> {
  if (lives.length <= 1) return lives[0] ?? null;
  const half = Math.ceil(lives.length / 2);
  for (const part of [lives.slice(0, half), lives.slice(half)]) {
    const failure = await failureOf(part);
    if (failure !== null) return failure.life ?? whoFails(failureOf, part);
  }
  return null;
}

/** Leaves out parts, the large ones first, for as long as what is left fails. */
async function withFewerSteps(failureOf: FailureOf, failing: Shrunk): Promise<Shrunk> {
  let shrunk = failing;
  let tries = 0;
  for (let size = Math.ceil(failing.life.steps.length / 2); size >= 1 && tries < TRIES_MAX; ) {
    let isShorter = false;
    for (let from = 0; from < shrunk.life.steps.length && tries < TRIES_MAX; ) {
      tries += 1;
      const life = { ...shrunk.life, steps: without(shrunk.life.steps, from, size) };
      const failure = await failureOf([life]);
      if (failure === null) {
        from += size;
      } else {
        shrunk = { life, failure };
        isShorter = true;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!isShorter) break;
  }
  return shrunk;
}

function without(steps: readonly Step[], from: number, count: number): Step[] {
  return [...steps.slice(0, from), ...steps.slice(from + count)];
}
