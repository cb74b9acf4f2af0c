import { resolve } from "node:path";
import pg from "pg";
import { type Binaries, resolveBinaries } from "./binaries.ts";
import { bringUp } from "./bring-up.ts";
import {
  type ClusterPaths,
  checkVersion,
  clusterExists,
  clusterPaths,
  createCluster,
  type Durability,
  readCredentials,
} from "./cluster.ts";
import { applicationDatabase, databaseUrl } from "./connect.ts";
import { checkReachable, createDataDirectory, ownerOf } from "./data-directory.ts";
import { type EmbeddedPackage, findEmbeddedPackage } from "./embedded-package.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import type { EmbeddedPostgresLog } from "./log.ts";
import type { SystemUser } from "./run-command.ts";
import { shutDown } from "./shutdown.ts";
import type { StartPhase } from "./start-phase.ts";
import { resolveSystemUser } from "./system-user.ts";

export type StartOptions = {
  /** Everything of this database lives below here; created if need be. */
  readonly dataDir: string;
  readonly log: EmbeddedPostgresLog;
  /** PATH, where an installed PostgreSQL is looked for if npm brought none that runs here. */
  readonly path?: string;
  /** `none` is for throw-away databases: commits do not survive a crash of the machine. */
  readonly durability?: Durability;
  readonly progress?: (phase: StartPhase) => void;
  /** Called at most once, if the database died under us or fell to somebody else. */
  readonly onLost?: (reason: Error) => void;
  /** How long PostgreSQL may take to accept connections; replaying a crash can take minutes. */
  readonly startTimeoutMs?: number;
  /** Where to copy the binaries if they cannot be used from node_modules. */
  readonly copyDir?: string;
  /** The binaries to use instead of the ones npm installed here; null to do without. */
  readonly embedded?: EmbeddedPackage | null;
};

export type EmbeddedPostgres = {
  /** `postgres://` URL of the database `farthing` as the superuser who owns it, password included. */
  readonly ownerUrl: string;
  /** Whether it was running already, left by a process that was killed. */
  readonly adopted: boolean;
  /** The server's, such as `18.4`. */
  readonly version: string;
  /** Shuts the database down; bounded in time, and the same stop however often it is called. */
  stop(): Promise<void>;
};

/**
 * Starts, or takes over, the PostgreSQL of a data directory, and makes this process its one owner.
 * Throws `EmbeddedPostgresError` with a message for the person who started us.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  if (process.platform !== "linux" && process.platform !== "darwin") throw unsupported();
  options.progress?.("preparing database files");
  const { paths, runAs, binaries } = await prepare(options);

  const { pgdata } = paths;
  const credentials = await readCredentials(paths);
  const cluster = { pgdata, clusterName: credentials.clusterName };
  const { ownership, port, adopted } = await bringUp({
    paths,
    cluster,
    credentials,
    postgres: binaries.postgres,
    runAs,
    durability: options.durability ?? "full",
    log: options.log,
    progress: options.progress ?? (() => {}),
    onLost: options.onLost ?? (() => {}),
    startTimeoutMs: options.startTimeoutMs ?? 300_000,
  });
  const version = await prepareDatabase(ownership.session);
  options.log.info({ dataDir: paths.dataDir, port, version, adopted }, "embedded PostgreSQL is up");

  let stopped: Promise<void> | null = null;
  return {
    ownerUrl: databaseUrl(credentials, port, applicationDatabase),
    adopted,
    version,
    stop: () => {
      stopped ??= ownership.release(() => shutDown(cluster, options.log));
      return stopped;
    },
  };
}

async function prepare(
  options: StartOptions,
): Promise<{ paths: ClusterPaths; runAs: SystemUser | null; binaries: Binaries }> {
  const uid = process.getuid?.() ?? 0;
  const { log, durability = "full" } = options;
  const dataDir = await createDataDirectory(resolve(options.dataDir), uid);
  const paths = clusterPaths(dataDir);
  const runAs = await databaseUser(paths, uid, log);
  if (runAs) await checkReachable(dataDir, runAs);

  const binaries = await resolveBinaries({
    embedded: options.embedded === undefined ? await findEmbeddedPackage() : options.embedded,
    copyDir: options.copyDir ?? paths.binaries,
    path: options.path ?? "",
    runAs,
    log,
  });
  if (!(await clusterExists(paths))) {
    options.progress?.("creating the database");
    await createCluster(paths, binaries, { runAs, durability });
  }
  await checkVersion(paths, binaries);
  return { paths, runAs, binaries };
}

/** Null to run PostgreSQL as ourselves. Root runs it as whoever owns the files, once there are any. */
async function databaseUser(
  paths: ClusterPaths,
  uid: number,
  log: EmbeddedPostgresLog,
): Promise<SystemUser | null> {
  const owner = await ownerOf(paths.pgdata);
  if (uid === 0) return owner ?? resolveSystemUser(log);
  if (owner === null || owner.uid === uid) return null;
  throw new EmbeddedPostgresError(
    "data_directory_unusable",
    `The database in ${paths.dataDir} belongs to another user (${owner.name}). Start as that user ` +
      "or as root, or set FARTHING_DATA_DIR to another directory.",
  );
}

/** Makes sure of our database and returns the server's version. */
async function prepareDatabase(session: pg.Client): Promise<string> {
  const { rows } = await session.query<{ version: string; exists: boolean }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version,
            exists (select from pg_database where datname = $1) as exists`,
    [applicationDatabase],
  );
  const [row] = rows;
  if (!row?.exists) {
    await session.query(`create database ${pg.escapeIdentifier(applicationDatabase)}`);
  }
  return row?.version ?? "";
}

function unsupported(): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "unsupported_platform",
    `The embedded database runs on Linux and macOS, not on ${process.platform}. Set DATABASE_URL ` +
      "to a PostgreSQL 15 or later of your own, or start in WSL or a container.",
  );
}
