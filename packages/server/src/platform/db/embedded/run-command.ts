import { spawn } from "node:child_process";
import { once } from "node:events";
import { errorCode } from "./errors.ts";

/** A user of the operating system that PostgreSQL runs as when we are root, which it refuses to be. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/** Where the system's own small programs are; the caller's environment is deliberately not passed on. */
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The whole environment of every process started here. Variables such as PGPORT, PGDATA or LC_ALL
 * of the person's shell would otherwise reach into a database that is none of theirs.
 */
export const cleanEnvironment = { PATH: systemPath, LC_ALL: "C", TZ: "UTC" } as const;

export type CommandResult = {
  /** The exit status; null when a signal ended the program or it could not be started. */
  exitCode: number | null;
  /** `ENOENT`, `EACCES`, … when the program could not be started at all. */
  spawnError: string | null;
  stdout: string;
  stderr: string;
};

/** The uid and gid options of `spawn`; node drops the supplementary groups along with them. */
export function identityOf(user: SystemUser | null): { uid?: number; gid?: number } {
  return user === null ? {} : { uid: user.uid, gid: user.gid };
}

/** Runs a program to its end. Never throws: what went wrong is part of the result. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { runAs = null, cwd = "/" }: { runAs?: SystemUser | null; cwd?: string } = {},
): Promise<CommandResult> {
  const output = { stdout: "", stderr: "" };
  try {
    // Some failures to start are thrown here (EPERM), others are events (ENOENT).
    const child = spawn(file, args, {
      cwd,
      env: cleanEnvironment,
      stdio: ["ignore", "pipe", "pipe"],
      ...identityOf(runAs),
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const [exitCode] = await once(child, "close");
    return { exitCode, spawnError: null, ...output };
  } catch (error) {
    return { exitCode: null, spawnError: errorCode(error) ?? "UNKNOWN", ...output };
  }
}
