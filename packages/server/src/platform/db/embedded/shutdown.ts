import type { EmbeddedPostgresLog } from "./log.ts";
import {
  type ClusterIdentity,
  findPostmaster,
  isPostmasterOf,
  killOrphanedBackends,
} from "./postmaster.ts";
import { signal } from "./processes.ts";
import { waitFor } from "./wait.ts";

/**
 * From polite to final: fast (roll back, checkpoint, exit), immediate (exit; the next start
 * recovers), and the kernel's. A checkpoint of 256 MB of buffers needs seconds on a slow disk.
 */
const steps = [
  { signal: "SIGINT", patienceMs: 20_000 },
  { signal: "SIGQUIT", patienceMs: 6_000 },
  { signal: "SIGKILL", patienceMs: 2_000 },
] as const;

/** Stops the PostgreSQL of this cluster if it runs, in a bounded time. */
export async function shutDown(cluster: ClusterIdentity, log: EmbeddedPostgresLog): Promise<void> {
  const postmaster = await findPostmaster(cluster);
  if (!postmaster) return;
  for (const step of steps) {
    signal(postmaster.pid, step.signal);
    const gone = await waitFor(step.patienceMs, () => isGone(cluster, postmaster.pid));
    if (gone) return;
    log.warn({ pid: postmaster.pid, ...step }, "the database did not stop in time");
  }
  await killOrphanedBackends(cluster);
}

/** The pid file goes a moment before the process does, so it is the process that is asked. */
async function isGone(cluster: ClusterIdentity, pid: number): Promise<true | null> {
  return (await isPostmasterOf(cluster, pid)) ? null : true;
}
