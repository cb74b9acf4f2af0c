import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type pg from "pg";
import { isUnavailable, tryConnect } from "./connect.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import type { EmbeddedPostgresLog } from "./log.ts";
import { waitFor } from "./wait.ts";

/** Advisory lock keys, in the maintenance database, where nothing else takes locks. */
const ownerLock = { classId: 4242, objectId: 1 } as const;

/** A killed owner's session ends within milliseconds; whoever holds on for longer is alive. */
const refuseAfterMs = 1_500;

/** PostgreSQL restarts itself after a crash of one of its processes, ending every session. */
const retakeWithinMs = 60_000;

/**
 * A PostgreSQL that is told to stop while it restarts itself can miss it and hang, so its restart is
 * waited for.
 */
const settleWithinMs = 5_000;

export type OwnershipOptions = {
  /** The maintenance database. */
  readonly url: string;
  readonly ownerFile: string;
  readonly log: EmbeddedPostgresLog;
  /** Whether the server is there at all, be it busy restarting. */
  readonly isServerAlive: () => Promise<boolean>;
  /** Called at most once, when ownership was lost and could not be had again. */
  readonly onLost: (reason: Error) => void;
};

/** Held until released or until this process dies, in whatever way. */
export type Ownership = {
  /** The session that holds the lock right after it was taken. */
  readonly session: pg.Client;
  /** Gives the database free for others, after `lastAct`, during which it is still ours. */
  release(lastAct: () => Promise<void>): Promise<void>;
};

/** Makes this process the owner. Null while the server cannot serve; throws if it has an owner. */
export async function takeOwnership(options: OwnershipOptions): Promise<Ownership | null> {
  const session = await openOwnerSession(options);
  if (!session) return null;
  let current = session;
  let isReleased = false;
  const watch = (watched: pg.Client) => watched.once("end", () => void retake());

  async function retake(): Promise<void> {
    if (isReleased) return;
    options.log.warn({}, "the database ended our session; taking ownership again");
    const next = await waitForOwnerSession(options, () => isReleased);
    if (!next) return;
    current = next;
    if (isReleased) await current.end();
    else watch(current);
  }

  watch(session);
  return {
    session,
    release: async (lastAct) => {
      await waitFor(settleWithinMs, () => isSettled(current, options));
      isReleased = true;
      await rm(options.ownerFile, { force: true });
      await lastAct();
      await current.end().catch(() => {});
    },
  };
}

async function isSettled(session: pg.Client, options: OwnershipOptions): Promise<true | null> {
  const answers = await session.query("select 1").then(
    () => true,
    () => false,
  );
  return answers || !(await options.isServerAlive()) ? true : null;
}

async function openOwnerSession(options: OwnershipOptions): Promise<pg.Client | null> {
  const session = await tryConnect(options.url, "farthing owner");
  if (!session) return null;
  // Without a listener, a server that goes away would end this process; "end" follows and is heard.
  session.on("error", () => {});
  try {
    if (!(await takeLock(session))) throw await refusal(options.ownerFile);
    await writeOwnerFile(options.ownerFile);
    return session;
  } catch (error) {
    await session.end().catch(() => {});
    if (isUnavailable(error)) return null;
    throw error;
  }
}

/** A session-level lock: no process id is compared, so a reused one cannot confuse anybody. */
async function takeLock(session: pg.Client): Promise<boolean> {
  const taken = await waitFor(refuseAfterMs, async () => {
    const { rows } = await session.query<{ taken: boolean }>(
      "select pg_try_advisory_lock($1, $2) as taken",
      [ownerLock.classId, ownerLock.objectId],
    );
    return rows[0]?.taken ? true : null;
  });
  return taken ?? false;
}

/** Null if it was released meanwhile, or was lost, of which `onLost` then knows. */
async function waitForOwnerSession(
  options: OwnershipOptions,
  isReleased: () => boolean,
): Promise<pg.Client | null> {
  try {
    const session = await waitFor(retakeWithinMs, async () => {
      if (isReleased()) return "released";
      const reopened = await openOwnerSession(options);
      return reopened ?? ((await options.isServerAlive()) ? null : "dead");
    });
    if (session === null || session === "dead") throw serverDied();
    return session === "released" ? null : session;
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    options.log.error({ err: reason }, "ownership of the embedded database is lost");
    options.onLost(reason);
    return null;
  }
}

function serverDied(): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "start_failed",
    "The embedded PostgreSQL has ended under the running server. Start again: it will recover.",
  );
}

/** Only for people: it names the owner, the lock makes it one. */
async function writeOwnerFile(ownerFile: string): Promise<void> {
  const owner = { pid: process.pid, since: new Date().toISOString() };
  const partial = `${ownerFile}.${process.pid}`;
  await writeFile(partial, `${JSON.stringify(owner)}\n`, { mode: 0o644 });
  await rename(partial, ownerFile);
}

async function refusal(ownerFile: string): Promise<EmbeddedPostgresError> {
  const owner = await readFile(ownerFile, "utf8").then(
    (text) => JSON.parse(text) as { pid: number; since: string },
    () => null,
  );
  const who = owner ? `process ${owner.pid}, running since ${owner.since}` : "another process";
  return new EmbeddedPostgresError(
    "owned_by_another_process",
    `The data directory is in use by ${who}. Stop that process first, or set FARTHING_DATA_DIR to ` +
      "another directory to start a second, separate server.",
  );
}
