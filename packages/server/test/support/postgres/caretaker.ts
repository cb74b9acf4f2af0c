import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

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

/** Looks after the data directory of a database that must not outlive this process. */
export function appointCaretaker(dataDir: string): { dismiss(): Promise<void> } {
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
