import { DAY_MS } from "#kernel/clock.ts";
import { BEGIN_MS } from "./beats.ts";
import type { Life, PlanTerms } from "./history.ts";
import { livesOf } from "./lives.ts";
import { plansOf } from "./plans.ts";

export interface Simulation {
  readonly seed: number;
  readonly subscriptions: number;
  readonly years: number;
}

/** A simulation of everybody, or of one life alone, and then perhaps of some of its steps only. */
export interface Cast {
  readonly plans: ReadonlyMap<string, PlanTerms>;
  readonly lives: readonly Life[];
  readonly endMs: number;
}

export interface Choice {
  readonly life: number;
  /** By their number in the life, from 1; all of them when it is left out. */
  readonly steps?: readonly number[];
}

export function castOf({ seed, subscriptions, years }: Simulation, choice?: Choice): Cast {
  const endMs = BEGIN_MS + Math.round(years * 365.25) * DAY_MS;
  const plans = plansOf(seed);
  const lives = livesOf(seed, { subscriptions, endMs, plans });
  if (choice === undefined) return { plans, lives, endMs };
  const chosen = lives.filter(({ number }) => number === choice.life);
  return {
    plans,
    endMs,
    lives: chosen.map((life) => ({
      ...life,
      steps: life.steps.filter(({ number }) => choice.steps?.includes(number) ?? true),
    })),
  };
}
