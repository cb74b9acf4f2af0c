import { fork } from "node:child_process";
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

/**
 * Sends usage events for a while, each with a reference of its own, from a process beside this one so
 * that the server has its event loop to itself. Any answer but 200 is a failure of the bench.
 */
export function runLoad(load: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const client = fork(join(import.meta.dirname, "load-client.ts"), [JSON.stringify(load)]);
    client.once("message", (result) => resolve(result as LoadResult));
    client.once("error", reject);
    client.once("exit", (code) => reject(new Error(`the load client ended with ${code}`)));
  });
}
