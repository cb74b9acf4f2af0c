import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export interface Ran {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<Ran>;
}

type Variables = Readonly<Record<string, string>>;

/** Starts a file in a process of its own, with no variables but these and the path. */
export function startScript(
  path: string,
  args: readonly string[],
  variables: Variables = {},
): Running {
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", path, ...args], {
    env: { PATH: process.env["PATH"], ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = async (): Promise<Ran> => {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { exitCode: child.exitCode, stdout, stderr };
  };
  return { child, ended: end() };
}

/** Starts the real command. */
export function startCommand(args: readonly string[], variables: Variables = {}): Running {
  return startScript(MAIN, args, variables);
}

/** Runs the real command to its end. */
export function farthing(args: readonly string[], variables: Variables = {}): Promise<Ran> {
  return startCommand(args, variables).ended;
}
