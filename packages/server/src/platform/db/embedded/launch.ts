import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { type ClusterIdentity, findPostmaster, type RunningPostmaster } from "./postmaster.ts";
import { cleanEnvironment, identityOf, type SystemUser } from "./run-command.ts";
import { waitFor } from "./wait.ts";

const logBytesMax = 20 * 1024 * 1024;

export type Launch = {
  readonly cluster: ClusterIdentity;
  readonly postgres: string;
  readonly settingArguments: readonly string[];
  readonly runAs: SystemUser | null;
  /** PostgreSQL's standard output and error are appended here. */
  readonly logFile: string;
  readonly timeoutMs: number;
};

/**
 * Why PostgreSQL did not come up. All but `other` pass: `orphans` of a killed server still hold its
 * memory; `lock_held` by somebody who is starting it at this moment; `port_taken` since we looked.
 */
export type LaunchFailure = "port_taken" | "lock_held" | "orphans" | "other";

export type LaunchOutcome =
  | { readonly postmaster: RunningPostmaster }
  | { readonly failure: LaunchFailure; readonly said: string };

/** Starts PostgreSQL and waits until it accepts connections. It outlives this process. */
export async function launch(options: Launch): Promise<LaunchOutcome> {
  await rotateLog(options.logFile);
  const log = await open(options.logFile, "a+", 0o600);
  try {
    const { size: logStart } = await log.stat();
    const server = spawnDetached(options, log);
    const postmaster = await waitFor(options.timeoutMs, () => readiness(server, options.cluster));
    if (postmaster && postmaster !== "exited") return { postmaster };
    if (postmaster === null) await killAndWait(server.child);
    const said = server.spawnError() ?? (await readFrom(log, logStart));
    return { failure: failureIn(said), said };
  } finally {
    await log.close();
  }
}

type Spawned = { readonly child: ChildProcess; readonly spawnError: () => string | null };

/** A session of its own, so that Ctrl-C at the terminal reaches us first and not the database. */
function spawnDetached(options: Launch, log: FileHandle): Spawned {
  const { cluster, postgres, settingArguments, runAs } = options;
  const child = spawn(postgres, ["-D", cluster.pgdata, ...settingArguments], {
    cwd: "/",
    detached: true,
    env: cleanEnvironment,
    stdio: ["ignore", log.fd, log.fd],
    ...identityOf(runAs),
  });
  let spawnError: string | null = null;
  child.on("error", (error) => {
    spawnError = error.message;
  });
  child.unref();
  return { child, spawnError: () => spawnError };
}

async function readiness(
  { child }: Spawned,
  cluster: ClusterIdentity,
): Promise<RunningPostmaster | "exited" | null> {
  const hasExited = child.exitCode !== null || child.signalCode !== null;
  if (hasExited || child.pid === undefined) return "exited";
  const found = await findPostmaster(cluster);
  return found?.pid === child.pid && found.status === "ready" ? found : null;
}

async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.ref();
  child.kill("SIGQUIT");
  await exited;
}

/** The messages are English wherever we are: initdb was told the locale C. */
function failureIn(said: string): LaunchFailure {
  if (said.includes("could not bind")) return "port_taken";
  if (said.includes("pre-existing shared memory block")) return "orphans";
  return /lock file ".*" already exists/.test(said) ? "lock_held" : "other";
}

async function readFrom(log: FileHandle, start: number): Promise<string> {
  const { size } = await log.stat();
  const { buffer, bytesRead } = await log.read(Buffer.alloc(size - start), 0, size - start, start);
  return buffer.subarray(0, bytesRead).toString("utf8").trim();
}

/** One older file is kept. Nobody writes to it now: the server is not running. */
async function rotateLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > logBytesMax) await rename(logFile, `${logFile}.1`);
}
