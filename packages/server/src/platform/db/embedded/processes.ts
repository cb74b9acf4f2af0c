import { readdir, readFile } from "node:fs/promises";
import { errorCode } from "./errors.ts";
import { runCommand } from "./run-command.ts";

export type RunningCommand = { readonly pid: number; readonly command: string };

/** Whether a process has this id now, be it a zombie or another user's. Says nothing about which. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

/**
 * The command line of a process, or null if there is none: it is gone, or a zombie. Command lines
 * are the one thing everybody may read: a root without CAP_SYS_PTRACE, as in containers, may not
 * look at the working directory or the executable of another user's process.
 */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === "linux") return linuxCommandOf(pid);
  const { exitCode, stdout } = await runCommand("ps", ["-ww", "-o", "command=", "-p", `${pid}`]);
  return exitCode === 0 ? stdout.trim() : null;
}

/** Every process we can see, with its command line. */
export async function listCommands(): Promise<RunningCommand[]> {
  if (process.platform === "linux") return listLinuxCommands();
  const { stdout } = await runCommand("ps", ["-axww", "-o", "pid=,command="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
  });
}

async function linuxCommandOf(pid: number): Promise<string | null> {
  const raw = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const command = raw.replaceAll("\0", " ").trim();
  return command === "" ? null : command;
}

async function listLinuxCommands(): Promise<RunningCommand[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const running = await Promise.all(
    pids.map(async (pid) => ({ pid, command: await linuxCommandOf(pid) })),
  );
  return running.flatMap(({ pid, command }) => (command === null ? [] : [{ pid, command }]));
}
