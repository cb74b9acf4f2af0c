import { type CronItem, Logger, parseCronItems, run, type TaskList } from "graphile-worker";
import type pg from "pg";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Log } from "./log.ts";
import { createPresence } from "./presence.ts";
import type { QueueOptions, Schedule, Tasks } from "./tasks.ts";

/** One life of the queue's workers in this process. */
export interface QueueRunner {
  /** Makes sure that the other processes still see these workers as alive. */
  restorePresence(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts to run jobs. `onGone` is called when the workers have given up or were stopped.
 *
 * A worker is announced before it asks for its first job. Outcomes are written through a batch, even
 * of one: only there does the queue outlast that the database is away when a job ends.
 */
export async function startRunner<Payloads>(
  options: QueueOptions<Payloads>,
  pool: pg.Pool,
  onGone: () => void,
): Promise<QueueRunner> {
  const { ownerUrl, tasks, cron, concurrency, log } = options;
  const presence = createPresence(ownerUrl, log);
  const announcing: GraphileConfig.Plugin = {
    name: "AnnounceWorker",
    version: "1.0.0",
    worker: {
      hooks: { startWorker: (_ctx, event) => presence.announce(event.worker.workerPool.id) },
    },
  };
  const runner = await run({
    pgPool: pool,
    taskList: taskListOf(tasks),
    parsedCronItems: parseCronItems(cron.map(cronItem)),
    noHandleSignals: true,
    logger: loggerOf(log),
    preset: {
      plugins: [announcing],
      worker: { concurrentJobs: concurrency, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    },
  });
  const gone = runner.promise
    .catch((error: unknown) => log.error({ err: error }, "the queue's workers gave up"))
    .then(() => presence.close())
    .finally(onGone);

  return {
    restorePresence: () => presence.restore(),
    async stop() {
      await runner.stop();
      await gone;
    },
  };
}

type AnyTask = (payload: unknown) => Promise<void>;

function taskListOf<Payloads>(tasks: Tasks<Payloads>): TaskList {
  const named = Object.entries(tasks) as [string, AnyTask][];
  return Object.fromEntries(named.map(([name, task]) => [name, marked(task)]));
}

function marked(task: AnyTask): AnyTask {
  return async (payload) => {
    faultPoint("job.begun");
    await task(payload);
    faultPoint("job.ended");
  };
}

function cronItem<Payloads>({ task, at, catchUpMs }: Schedule<Payloads>): CronItem {
  const catchUp = catchUpMs === undefined ? {} : { backfillPeriod: catchUpMs };
  return { task, match: at, identifier: task, options: { jobKey: `cron ${task}`, ...catchUp } };
}

/** The queue's chatter goes to the log as debugging, its warnings and errors as what they are. */
export function loggerOf(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    const details = { ...meta };
    const name: string = level;
    if (name === "error") log.error(details, message);
    else if (name === "warning") log.warn(details, message);
    else log.debug(details, message);
  });
}
