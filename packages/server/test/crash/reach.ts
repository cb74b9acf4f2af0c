import { present } from "#kernel/assert.ts";
import { type FaultPoint, faultPoints } from "#kernel/fault-points.ts";
import type { Chance } from "./chance.ts";

/** How often each fault point was passed, was to be killed at, and was. */
export interface Reach {
  readonly passed: Map<FaultPoint, number>;
  readonly aimed: Map<FaultPoint, number>;
  readonly struck: Map<FaultPoint, number>;
}

const names = Object.keys(faultPoints) as FaultPoint[];

export const noReach = (): Reach => ({
  passed: new Map(names.map((name) => [name, 0])),
  aimed: new Map(names.map((name) => [name, 0])),
  struck: new Map(names.map((name) => [name, 0])),
});

export function addHits(reach: Reach, hits: ReadonlyMap<FaultPoint, number>): void {
  for (const [name, count] of hits) reach.passed.set(name, (reach.passed.get(name) ?? 0) + count);
}

export function addStrike({ struck }: Reach, point: FaultPoint): void {
  struck.set(point, (struck.get(point) ?? 0) + 1);
}

/**
 * Aims at one of the points that were aimed at the least, so that none is left out. Those that are
 * seldom reached do not come before the others: waiting for them would take most of a run.
 */
export function aimAtNext({ aimed }: Reach, chance: Chance): FaultPoint {
  const least = Math.min(...aimed.values());
  const next = present(
    chance.oneOf(names.filter((name) => aimed.get(name) === least)),
    "some point was aimed at the least",
  );
  aimed.set(next, least + 1);
  return next;
}

/** A line for each point. */
export function toldReach({ passed, aimed, struck }: Reach): string[] {
  return names.map((name) => {
    const killed = String(struck.get(name)).padStart(5);
    return `${name.padEnd(28)} killed at ${killed} of ${aimed.get(name)}, passed ${passed.get(name)}`;
  });
}
