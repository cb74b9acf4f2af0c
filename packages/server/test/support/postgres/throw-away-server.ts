import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgresLog, startEmbeddedPostgres } from "#platform/db/embedded/index.ts";

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

/**
 * A shell whose standard input ends with this process, be it by SIGKILL. Then it kills the server,
 * and in any case it removes the data, which is all that is left to do when the server is stopped.
 */
const caretakerScript = `
read -r _
[ -e "$1" ] && kill -QUIT "$(head -n 1 "$1")"
rounds=0
while [ -e "$1" ] && [ "$rounds" -lt 100 ]; do sleep 0.1; rounds=$((rounds + 1)); done
rm -rf "$2"
`;

function appointCaretaker(dataDir: string): { dismiss(): Promise<void> } {
  const pidFile = join(dataDir, "cluster", "pgdata", "postmaster.pid");
  const shell = spawn("/bin/sh", ["-c", caretakerScript, "sh", pidFile, dataDir], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  return {
    dismiss: async () => {
      const done = once(shell, "exit");
      shell.ref();
      shell.stdin.end();
      await done;
    },
  };
}

const quietLog: EmbeddedPostgresLog = {
  info: () => {},
  warn: (details, message) => console.warn(message, details),
  error: (details, message) => console.error(message, details),
};
