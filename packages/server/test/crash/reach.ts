import { type FaultPoint, faultPoints } from "#kernel/fault-points.ts";
import type { Chance } from "./chance.ts";

/** How often each fault point was passed, and how often something was killed at it. */
export interface Reach {
  readonly passed: Map<FaultPoint, number>;
  readonly struck: Map<FaultPoint, number>;
}

const names = Object.keys(faultPoints) as FaultPoint[];

export const noReach = (): Reach => ({
  passed: new Map(names.map((name) => [name, 0])),
  struck: new Map(names.map((name) => [name, 0])),
});

export function addHits(reach: Reach, hits: ReadonlyMap<FaultPoint, number>): void {
  for (const [name, count] of hits) reach.passed.set(name, (reach.passed.get(name) ?? 0) + count);
}

export function addStrike({ struck }: Reach, point: FaultPoint): void {
  struck.set(point, (struck.get(point) ?? 0) + 1);
}

/** One of the points at which the least was killed so far, so that none is left out. */
export function leastStruck({ struck }: Reach, chance: Chance): FaultPoint | undefined {
  const least = Math.min(...struck.values());
  return chance.oneOf(names.filter((name) => struck.get(name) === least));
}

/** A line for each point. */
export function toldReach({ passed, struck }: Reach): string[] {
  return names.map((name) => {
    const killed = String(struck.get(name)).padStart(5);
    return `${name.padEnd(28)} killed at ${killed}, passed ${passed.get(name)}`;
  });
}
