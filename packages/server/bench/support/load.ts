import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** What a client is told: plain data, since it runs in a process of its own. */
export interface Load {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** The subscriptions that events are spread over. */
  readonly subscriptions: readonly string[];
  /** How many events a request carries; 1 sends the event itself and no array. */
  readonly eventsPerRequest: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

let started: ChildProcess | null = null;

/**
 * Sends usage events for a while, each with a reference of its own, from a process beside this one so
 * that the server has its event loop to itself. Any answer but 200 is a failure of the bench.
 *
 * One load at a time: the process is kept for the next, since starting one takes as long as a short
 * round. It ends with this process.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  started ??= fork(join(import.meta.dirname, "load-client.ts"));
  const client = started;
  client.ref();
  client.channel?.ref();
  try {
    return await new Promise((resolve, reject) => {
      const fail = (code: number | null) => {
        started = null;
        reject(new Error(`the load client ended with ${code}`));
      };
      client.once("exit", fail);
      client.once("message", (result) => {
        client.off("exit", fail);
        resolve(result as LoadResult);
      });
      client.send(load);
    });
  } finally {
    client.unref();
    client.channel?.unref();
  }
}
