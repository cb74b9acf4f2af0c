import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Processes that close periods on one database, side by side. */
export interface BillingWorkers {
  /** Lets the first `count` of them close all that is due at an instant; answers how many were. */
  close(count: number, nowMs: number): Promise<number>;
  stop(): Promise<void>;
}

export async function startBillingWorkers(
  ownerUrl: string,
  countMax: number,
): Promise<BillingWorkers> {
  const workers = await Promise.all(Array.from({ length: countMax }, () => startWorker(ownerUrl)));
  return {
    async close(count, nowMs) {
      const closed = await Promise.all(
        workers.slice(0, count).map(async (worker) => {
          const answered = nextMessage(worker);
          worker.send(nowMs);
          return (await answered) as number;
        }),
      );
      return closed.reduce((sum, one) => sum + one, 0);
    },
    async stop() {
      for (const worker of workers) {
        const ended = once(worker, "exit");
        worker.disconnect();
        await ended;
      }
    },
  };
}

async function startWorker(ownerUrl: string): Promise<ChildProcess> {
  const worker = fork(join(import.meta.dirname, "support/billing-worker.ts"), [ownerUrl]);
  await nextMessage(worker);
  return worker;
}

/** Rejects when the process ends instead. */
async function nextMessage(worker: ChildProcess): Promise<unknown> {
  const ending = new AbortController();
  const { signal } = ending;
  try {
    return await Promise.race([
      once(worker, "message", { signal }).then(([message]) => message as unknown),
      once(worker, "exit", { signal }).then(([code]) => {
        throw new Error(`a billing worker ended with ${code}`);
      }),
    ]);
  } finally {
    ending.abort();
  }
}
