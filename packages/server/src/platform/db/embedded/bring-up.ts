import type { ClusterPaths, Credentials, Durability } from "./cluster.ts";
import { databaseUrl } from "./connect.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { type LaunchFailure, launch } from "./launch.ts";
import type { EmbeddedPostgresLog } from "./log.ts";
import { type Ownership, takeOwnership } from "./ownership.ts";
import { choosePort } from "./port.ts";
import {
  type ClusterIdentity,
  endedUncleanly,
  findPostmaster,
  killOrphanedBackends,
  type RunningPostmaster,
  removeMisleadingPidFile,
} from "./postmaster.ts";
import type { SystemUser } from "./run-command.ts";
import { serverSettings, settingArguments } from "./settings.ts";
import { shutDown } from "./shutdown.ts";
import type { StartPhase } from "./start-phase.ts";
import { waitFor } from "./wait.ts";

export type BringUp = {
  readonly paths: ClusterPaths;
  readonly cluster: ClusterIdentity;
  readonly credentials: Credentials;
  readonly postgres: string;
  readonly runAs: SystemUser | null;
  readonly durability: Durability;
  readonly log: EmbeddedPostgresLog;
  readonly progress: (phase: StartPhase) => void;
  readonly onLost: (reason: Error) => void;
  readonly startTimeoutMs: number;
};

export type Owned = {
  readonly ownership: Ownership;
  readonly port: number;
  readonly adopted: boolean;
};

/** What stood in the way of a round; `not_serving`: the server went away while we were asking. */
type Obstacle = { readonly failure: LaunchFailure | "not_serving"; readonly said: string };

const notServing: Obstacle = { failure: "not_serving", said: "It went away while being started." };

/** How long processes of a killed server are given to notice, before they are killed too. */
const orphanPatienceMs = 1_500;

/** How long we go on trying while something that should pass stands in the way. */
const obstaclePatienceMs = 30_000;

/**
 * Ends with this process owning a running server, whatever it finds: nothing, a server left
 * running, the remains of one, or another process that is doing the same at this moment. Each round
 * looks afresh, so that whatever happens between two rounds is only another thing found.
 */
export async function bringUp(up: BringUp): Promise<Owned> {
  const startMs = performance.now();
  let obstacle = notServing;
  const owned = await waitFor(obstaclePatienceMs, async () => {
    const found = await findPostmaster(up.cluster);
    const outcome = found ? await adopt(up, found) : await startNew(up);
    if ("ownership" in outcome) return outcome;
    if (outcome.failure === "other") throw startFailed(up, outcome);
    obstacle = outcome;
    const isPatient = performance.now() - startMs < orphanPatienceMs;
    if (outcome.failure === "orphans" && !isPatient) await killOrphanedBackends(up.cluster);
    return null;
  });
  if (owned) return owned;
  throw startFailed(up, obstacle);
}

async function startNew(up: BringUp): Promise<Owned | Obstacle> {
  const { cluster, credentials, durability, paths, postgres, runAs } = up;
  const isRecovery = await endedUncleanly(cluster);
  up.progress(isRecovery ? "recovering database after an unclean end" : "starting database");
  await removeMisleadingPidFile(cluster);
  const port = await choosePort(paths.port);
  const outcome = await launch({
    cluster,
    postgres,
    settingArguments: settingArguments(serverSettings(credentials.clusterName, port, durability)),
    runAs,
    logFile: paths.log,
    timeoutMs: up.startTimeoutMs,
  });
  if ("failure" in outcome) return outcome;
  const ownership = await takeOwnership(ownershipOptions(up, port));
  return ownership ? { ownership, port, adopted: false } : notServing;
}

async function adopt(up: BringUp, found: RunningPostmaster): Promise<Owned | Obstacle> {
  up.progress("taking over the running database");
  const port = await waitFor(up.startTimeoutMs, () => portOrGone(up.cluster, found.pid));
  if (port === null || port === "gone") return notServing;
  const ownership = await takeOwnership(ownershipOptions(up, port));
  if (!ownership) return notServing;
  if (await isAsDurable(ownership, up.durability)) return { ownership, port, adopted: true };
  up.log.warn({}, "the running database has another durability; starting it again");
  await ownership.release(() => shutDown(up.cluster, up.log));
  return notServing;
}

/** The port once the server serves; it may be starting still, or stopping at this moment. */
async function portOrGone(cluster: ClusterIdentity, pid: number): Promise<number | "gone" | null> {
  const found = await findPostmaster(cluster);
  if (found?.pid !== pid) return "gone";
  return found.status === "ready" ? found.port : null;
}

async function isAsDurable({ session }: Ownership, durability: Durability): Promise<boolean> {
  const { rows } = await session.query<{ fsync: string }>(
    "select current_setting('fsync') as fsync",
  );
  return rows[0]?.fsync === (durability === "full" ? "on" : "off");
}

function ownershipOptions({ cluster, credentials, paths, log, onLost }: BringUp, port: number) {
  return {
    url: databaseUrl(credentials, port, "postgres"),
    ownerFile: paths.owner,
    log,
    isServerAlive: async () => (await findPostmaster(cluster)) !== null,
    onLost,
  };
}

function startFailed({ paths }: BringUp, { said }: Obstacle): EmbeddedPostgresError {
  const lastLines = said.split("\n").slice(-8).join("\n");
  return new EmbeddedPostgresError(
    "start_failed",
    `The embedded PostgreSQL did not start. Its log is ${paths.log}; it ends with:\n${lastLines}`,
  );
}
