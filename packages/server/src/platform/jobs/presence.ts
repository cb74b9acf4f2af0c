import pg from "pg";
import { SECOND_MS } from "#kernel/clock.ts";
import type { Log } from "./log.ts";

/**
 * Shows the other processes that a worker is alive: its name is a lock that a session of its own
 * holds. The database lets go of it the moment the process is gone, however it went, so that a lock
 * that can be had belongs to a dead worker.
 */
export interface Presence {
  /** From here on the worker counts as alive. Says nothing new when called again. */
  announce(worker: string): Promise<void>;
  /** Takes the lock again if its session was lost. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** The lock of one worker, for an SQL expression that gives its name. */
export const presenceLock = (worker: string): string =>
  `hashtextextended('farthing worker ' || ${worker}, 0)`;

// A machine that vanishes closes nothing: its sessions are given up after half a minute of silence.
const KEEPALIVES =
  "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

export function createPresence(ownerUrl: string, log: Log): Presence {
  let name: string | undefined;
  let session: Promise<pg.Client> | undefined;

  /** One broken session may report twice, the second time when there is another in its place. */
  function forget(lost: Promise<pg.Client>): void {
    if (session === lost) session = undefined;
  }

  async function hold(worker: string): Promise<void> {
    if (session === undefined) {
      const opening: Promise<pg.Client> = openLocked(ownerUrl, worker, (error) => {
        log.warn({ err: error, worker }, "the session that shows a worker as alive was lost");
        forget(opening);
      });
      session = opening;
      opening.catch(() => forget(opening));
    }
    await session;
  }

  return {
    announce(worker) {
      name = worker;
      return hold(worker);
    },
    async restore() {
      if (name !== undefined) await hold(name);
    },
    async close() {
      const last = session;
      session = undefined;
      name = undefined;
      const client = await last?.catch(() => undefined);
      await client?.end();
    },
  };
}

async function openLocked(
  ownerUrl: string,
  worker: string,
  onLost: (error: Error) => void,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    options: KEEPALIVES,
    connectionTimeoutMillis: 10 * SECOND_MS,
  });
  client.once("error", onLost);
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(`select pg_advisory_lock(${presenceLock("$1::text")})`, [worker]);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}
