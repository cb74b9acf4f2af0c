import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgresLog, startEmbeddedPostgres } from "#platform/db/embedded/index.ts";
import { appointCaretaker } from "./caretaker.ts";

/** A database server whose data is gone when its run is over, however that run ends. */
export type ThrowAwayServer = {
  /** Its superuser's URL. */
  readonly ownerUrl: string;
  readonly dataDir: string;
  stop(): Promise<void>;
};

/** Starts a PostgreSQL that syncs nothing to disk, in a new directory below the system's for that. */
export async function startThrowAwayServer(): Promise<ThrowAwayServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "farthing-test-"));
  // Started by root, PostgreSQL is another user, who has to get through here.
  await chmod(dataDir, 0o711);
  const caretaker = appointCaretaker(dataDir);
  try {
    const server = await startEmbeddedPostgres({ dataDir, durability: "none", log: quietLog });
    return {
      ownerUrl: server.ownerUrl,
      dataDir,
      stop: async () => {
        await server.stop();
        await caretaker.dismiss();
      },
    };
  } catch (error) {
    await caretaker.dismiss();
    throw error;
  }
}

const quietLog: EmbeddedPostgresLog = {
  info: () => {},
  warn: (details, message) => console.warn(message, details),
  error: (details, message) => console.error(message, details),
};
