import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { deferred } from "#test/support/deferred.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { type RecordingLog, recordingLog } from "#test/support/recording-log.ts";
import { releaseDeadWorkers } from "./dead-workers.ts";
import { createQueue, type Queue } from "./queue.ts";
import type { Tasks } from "./tasks.ts";

interface Payloads {
  greet: { name: string };
  tidy: Record<string, unknown>;
}

let testDatabase: TestDatabase;
let pool: pg.Pool;
let log: RecordingLog;
const opened: Queue<Payloads>[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  pool = new pg.Pool({ connectionString: testDatabase.ownerUrl, max: 2 });
});
afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.stop();
  await pool.query("delete from graphile_worker._private_jobs");
});
afterAll(async () => {
  await pool.end();
  await testDatabase.drop();
});

async function startQueue(
  tasks: Partial<Tasks<Payloads>>,
  cron = "15 3 * * *",
): Promise<Queue<Payloads>> {
  log = recordingLog();
  const nothing = async (): Promise<void> => undefined;
  const queue = createQueue<Payloads>({
    ownerUrl: testDatabase.ownerUrl,
    tasks: { greet: nothing, tidy: nothing, ...tasks },
    cron: [{ task: "tidy", at: cron, catchUpMs: 3_600_000 }],
    concurrency: 2,
    log,
  });
  opened.push(queue);
  await queue.start();
  return queue;
}

async function jobs() {
  const { rows } = await pool.query<{ key: string | null; locked_by: string | null }>(
    "select key, locked_by from graphile_worker._private_jobs order by id",
  );
  return rows;
}

describe("the queue", () => {
  test("runs what is added, all of a batch, with its payload", async () => {
    const names: string[] = [];
    const done = deferred<void>();
    const queue = await startQueue({
      greet: async ({ name }) => {
        names.push(name);
        if (names.length === 3) done.resolve();
      },
    });
    await queue.add(["Ada", "Grace", "Mary"].map((name) => ({ task: "greet", payload: { name } })));
    await done.promise;
    expect(names.toSorted()).toEqual(["Ada", "Grace", "Mary"]);
    await queue.stop();
    expect(await jobs()).toEqual([]);
  });

  test("keeps one waiting job of a key, the newest", async () => {
    const queue = await startQueue({});
    const later = Date.now() + 3_600_000;
    const greeting = (name: string) =>
      ({ task: "greet", payload: { name }, key: "the greeting", runAtMs: later }) as const;
    await queue.add([greeting("Ada")]);
    await queue.add([greeting("Grace")]);
    expect(await jobs()).toEqual([{ key: "the greeting", locked_by: null }]);
  });

  test("runs soon what a dead worker held", async () => {
    const first = await startQueue({});
    await first.add([{ task: "greet", payload: { name: "Ada" }, runAtMs: Date.now() + 60_000 }]);
    await first.stop();
    await pool.query(
      `update graphile_worker._private_jobs
          set locked_by = 'pool-killed', locked_at = now(), run_at = now(), attempts = 1`,
    );
    const greeted = deferred<string>();
    await startQueue({ greet: async ({ name }) => greeted.resolve(name) });
    expect(await greeted.promise).toBe("Ada");
    expect(log.entries).toMatchObject([{ level: "warn", details: { workers: ["pool-killed"] } }]);
  });

  test("leaves to a living worker what it holds, and waits for it when it stops", async () => {
    const begun = deferred<void>();
    const goOn = deferred<void>();
    const ended: string[] = [];
    const queue = await startQueue({
      greet: async () => {
        begun.resolve();
        await goOn.promise;
        ended.push("task");
      },
    });
    await queue.add([{ task: "greet", payload: { name: "Ada" } }]);
    await begun.promise;
    expect(await releaseDeadWorkers(pool)).toEqual([]);
    expect(await jobs()).toMatchObject([{ locked_by: expect.stringMatching(/^pool-/) }]);

    const stopped = queue.stop().then(() => ended.push("queue"));
    goOn.resolve();
    await stopped;
    expect(ended).toEqual(["task", "queue"]);
    expect(await jobs()).toEqual([]);
  });

  test("runs each job once where two processes have a queue, and shares them", async () => {
    const runs: string[] = [];
    const bothAreAtIt = deferred<void>();
    const allDone = deferred<void>();
    const names = Array.from({ length: 40 }, (_, index) => `job ${index}`);
    const workers = new Set<string>();
    const taskOf = (worker: string) => async (job: { name: string }) => {
      workers.add(worker);
      if (workers.size === 2) bothAreAtIt.resolve();
      await bothAreAtIt.promise;
      runs.push(job.name);
      if (runs.length === names.length) allDone.resolve();
    };
    const [queue] = await Promise.all([
      startQueue({ greet: taskOf("one") }),
      startQueue({ greet: taskOf("other") }),
    ]);
    await queue.add(names.map((name) => ({ task: "greet", payload: { name } })));
    await allDone.promise;
    for (const each of opened.splice(0)) await each.stop();
    expect(runs.toSorted()).toEqual(names.toSorted());
    expect(await jobs()).toEqual([]);
  });

  test("makes up once for a schedule that was missed, however many processes start", async () => {
    const missed = new Date(Date.now() - 600_000);
    await (await startQueue({})).stop();
    await pool.query(
      `update graphile_worker._private_known_crontabs
          set known_since = now() - interval '2 days', last_execution = now() - interval '1 day'`,
    );
    let runs = 0;
    const ran = deferred<void>();
    const tidy = async () => {
      runs += 1;
      ran.resolve();
    };
    const at = `${missed.getUTCMinutes()} ${missed.getUTCHours()} * * *`;
    await Promise.all([1, 2, 3].map(() => startQueue({ tidy }, at)));
    await ran.promise;
    for (const each of opened.splice(0)) await each.stop();
    expect(runs).toBe(1);
    expect(await jobs()).toEqual([]);
  });

  test("tries again, later, what throws", async () => {
    const failed = deferred<void>();
    const queue = await startQueue({
      greet: async () => {
        failed.resolve();
        throw new Error("not today");
      },
    });
    await queue.add([{ task: "greet", payload: { name: "Ada" } }]);
    await failed.promise;
    await queue.stop();
    const { rows } = await pool.query(
      "select last_error, attempts, run_at > now() as is_later from graphile_worker._private_jobs",
    );
    expect(rows).toEqual([{ last_error: "not today", attempts: 1, is_later: true }]);
    expect(log.entries.map((entry) => entry.level)).toEqual(["error"]);
  });
});
