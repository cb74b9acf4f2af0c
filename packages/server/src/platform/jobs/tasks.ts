import type { EpochMs } from "#kernel/clock.ts";
import type { Log } from "./log.ts";

/** What each task is called with: plain JSON values. `Payloads` maps a task's name to it. */
export type Tasks<Payloads> = {
  readonly [Name in keyof Payloads]: (payload: Payloads[Name]) => Promise<void>;
};

/** One job to add. */
export type Job<Payloads> = {
  [Name in keyof Payloads & string]: {
    readonly task: Name;
    readonly payload: Payloads[Name];
    /** While a job with this key waits, adding another with it replaces the first. */
    readonly key?: string;
    /** Now, when absent. */
    readonly runAtMs?: EpochMs;
    readonly attemptsMax?: number;
  };
}[keyof Payloads & string];

/** A task to run at certain times. Its payload says only that it was scheduled: it must not need one. */
export interface Schedule<Payloads> {
  readonly task: keyof Payloads & string;
  /** Five fields of cron, in UTC. */
  readonly at: string;
  /** How far back to make up for a run that was missed while no worker was there. */
  readonly catchUpMs?: number;
}

export interface QueueOptions<Payloads> {
  /** A PostgreSQL URL whose user may create the schema `graphile_worker`, and then owns it. */
  readonly ownerUrl: string;
  readonly tasks: Tasks<Payloads>;
  readonly cron: readonly Schedule<Payloads>[];
  /** How many jobs this process runs at once. */
  readonly concurrency: number;
  readonly log: Log;
}
