import { makeWorkerUtils, type WorkerUtils } from "graphile-worker";
import type pg from "pg";
import { assert, present } from "#kernel/assert.ts";
import { SECOND_MS } from "#kernel/clock.ts";
import { openPool } from "#platform/db/open-pool.ts";
import { releaseDeadWorkers } from "./dead-workers.ts";
import type { Log } from "./log.ts";
import { createLoop } from "./loop.ts";
import { loggerOf, type QueueRunner, startRunner } from "./runner.ts";
import type { Job, QueueOptions } from "./tasks.ts";

/**
 * Slow jobs and schedules. A job runs at least once: again with growing pauses when it throws, and
 * again soon when the process that ran it died. So a task is written to be run twice.
 */
export interface Queue<Payloads> {
  /** Brings the queue's schema up to date, frees what dead workers held, and begins to run jobs. */
  start(): Promise<void>;
  /** Adds all of the jobs or none. Between `start` and `stop` only. */
  add(jobs: readonly Job<Payloads>[]): Promise<void>;
  /** Takes no more jobs and lets those that are running end. */
  stop(): Promise<void>;
}

const KEEPER_INTERVAL_MS = 10 * SECOND_MS;

// One connection that listens, one for adding, one for the keeper.
const CONNECTIONS_BESIDE_WORKERS = 3;

export function createQueue<Payloads extends object>(
  options: QueueOptions<Payloads>,
): Queue<Payloads> {
  const { ownerUrl, concurrency, log } = options;
  let open: { readonly pool: pg.Pool; readonly utils: WorkerUtils } | undefined;
  let runner: QueueRunner | undefined;

  // Looks after the workers: starts them, also should they ever give up, and lets the jobs go of
  // workers that died.
  const keeper = createLoop({ name: "queue keeper", pass: keep, log, idleMs: KEEPER_INTERVAL_MS });

  async function keep(): Promise<number> {
    const { pool } = present(open, "the keeper runs while the queue is open");
    await runner?.restorePresence();
    const dead = await releaseDeadWorkers(pool);
    if (dead.length > 0) log.warn({ workers: dead }, "the jobs of dead workers were released");
    runner ??= await startRunner(options, pool, () => {
      runner = undefined;
    });
    return 0;
  }

  return {
    async start() {
      assert(open === undefined, "a queue is started once");
      const pool = openQueuePool(ownerUrl, concurrency + CONNECTIONS_BESIDE_WORKERS, log);
      const utils = await makeWorkerUtils({ pgPool: pool, logger: loggerOf(log) });
      open = { pool, utils };
      await utils.migrate();
      await keeper.runOnce();
      keeper.start();
    },

    async add(jobs) {
      const { utils } = present(open, "jobs are added while the queue is open");
      if (jobs.length > 0) await utils.addJobs(jobs.map(jobSpec));
    },

    async stop() {
      if (open === undefined) return;
      const { pool, utils } = open;
      await keeper.stop();
      await runner?.stop();
      await utils.release();
      await pool.end();
      open = undefined;
    },
  };
}

function openQueuePool(ownerUrl: string, connectionsMax: number, log: Log): pg.Pool {
  const pool = openPool({
    connectionString: ownerUrl,
    max: connectionsMax,
    application_name: "farthing",
  });
  pool.on("connect", (client) => {
    client.once("error", (error) => {
      log.warn({ err: error }, "a connection of the queue was lost");
    });
  });
  return pool;
}

function jobSpec<Payloads>({ task, payload, key, runAtMs, attemptsMax }: Job<Payloads>) {
  return {
    identifier: task,
    payload,
    ...(key === undefined ? {} : { jobKey: key }),
    ...(runAtMs === undefined ? {} : { runAt: new Date(runAtMs) }),
    ...(attemptsMax === undefined ? {} : { maxAttempts: attemptsMax }),
  };
}
