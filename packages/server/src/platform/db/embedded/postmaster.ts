import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf, isAlive, listCommands, signal } from "./processes.ts";

/** A PostgreSQL that runs on our data; port and status are null while it is still writing them. */
export type RunningPostmaster = {
  readonly pid: number;
  readonly port: number | null;
  readonly status: "starting" | "ready" | "stopping" | null;
};

/** Which pgdata, as a real path, and the cluster_name that its processes carry. */
export type ClusterIdentity = { readonly pgdata: string; readonly clusterName: string };

/**
 * The postmaster that runs on this data, or null. Neither is a pid trusted because it is alive (it
 * may have been given to another process since) nor a process because it is PostgreSQL: the command
 * line must name our cluster, and the file our directory (a copied directory names the original).
 */
export async function findPostmaster(cluster: ClusterIdentity): Promise<RunningPostmaster | null> {
  const file = parsePidFile(await readPidFile(cluster));
  if (!file || (file.directory !== null && file.directory !== cluster.pgdata)) return null;
  const isOurs = await isPostmasterOf(cluster, file.pid);
  return isOurs ? { pid: file.pid, port: file.port, status: file.status } : null;
}

/** Whether this process was started as the postmaster of this cluster and still is there. */
export async function isPostmasterOf(
  { clusterName }: ClusterIdentity,
  pid: number,
): Promise<boolean> {
  const command = await commandOf(pid);
  return command?.includes(`cluster_name=${clusterName}`) ?? false;
}

/**
 * Removes a postmaster.pid that would stop PostgreSQL from starting although it means nothing: it is
 * empty, or its pid belongs to another process by now, or to a zombie. A file whose pid is free is
 * left, since PostgreSQL learns from it which shared memory to look at.
 */
export async function removeMisleadingPidFile(cluster: ClusterIdentity): Promise<void> {
  const text = await readPidFile(cluster);
  if (text === null || (await findPostmaster(cluster))) return;
  const file = parsePidFile(text);
  const isMisleading = file === null || isAlive(file.pid);
  const isUnchanged = (await readPidFile(cluster)) === text;
  if (isMisleading && isUnchanged) await rm(pidFile(cluster), { force: true });
}

/** Whether the last server ended without removing its file, so that the next one has to recover. */
export async function endedUncleanly(cluster: ClusterIdentity): Promise<boolean> {
  return (await readPidFile(cluster)) !== null;
}

/**
 * Kills the backends that outlived a killed postmaster. Each would notice its death by itself, but
 * one that computes only when it is done, and until then no new postmaster may start. Does nothing
 * while a postmaster of this cluster lives.
 */
export async function killOrphanedBackends({ clusterName }: ClusterIdentity): Promise<void> {
  const running = await listCommands();
  if (running.some(({ command }) => command.includes(`cluster_name=${clusterName}`))) return;
  const orphans = running.filter(({ command }) => command.startsWith(`postgres: ${clusterName}: `));
  for (const { pid } of orphans) signal(pid, "SIGKILL");
}

const pidFile = ({ pgdata }: ClusterIdentity): string => join(pgdata, "postmaster.pid");

const readPidFile = (cluster: ClusterIdentity): Promise<string | null> =>
  readFile(pidFile(cluster), "utf8").catch(() => null);

type PidFile = RunningPostmaster & { readonly directory: string | null };

/** Its lines: pid, data directory, start time, port, socket directory, address, memory, status. */
function parsePidFile(text: string | null): PidFile | null {
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const status = lines[7];
  const isKnown = status === "starting" || status === "ready" || status === "stopping";
  return {
    pid,
    directory: lines[1] || null,
    port: Number(lines[3]) || null,
    status: isKnown ? status : null,
  };
}
