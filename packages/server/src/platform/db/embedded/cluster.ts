import { randomBytes } from "node:crypto";
import { access, chmod, chown, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { createWhole } from "./partial-directory.ts";
import { runCommand, type SystemUser } from "./run-command.ts";

/** Where the parts of one embedded database lie below its data directory. */
export type ClusterPaths = {
  readonly dataDir: string;
  /** Made whole or not at all: pgdata and what belongs to exactly this pgdata. */
  readonly cluster: string;
  /** PostgreSQL's own; everything beside it is ours. */
  readonly pgdata: string;
  readonly credentials: string;
  readonly port: string;
  readonly log: string;
  readonly owner: string;
  /** Copies of the binaries, if they are needed. */
  readonly binaries: string;
};

export type Credentials = {
  readonly user: string;
  readonly password: string;
  /** PostgreSQL's cluster_name, random: it marks the processes of this database as such. */
  readonly clusterName: string;
};

export type Durability = "full" | "none";

const superuser = "farthing_owner";

export function clusterPaths(dataDir: string): ClusterPaths {
  const cluster = join(dataDir, "cluster");
  return {
    dataDir,
    cluster,
    pgdata: pgdataOf(cluster),
    credentials: credentialsOf(cluster),
    port: join(cluster, "port"),
    log: join(dataDir, "postgres.log"),
    owner: join(dataDir, "owner.json"),
    binaries: join(dataDir, "binaries"),
  };
}

const pgdataOf = (cluster: string): string => join(cluster, "pgdata");
const credentialsOf = (cluster: string): string => join(cluster, "credentials.json");

export async function clusterExists(paths: ClusterPaths): Promise<boolean> {
  return access(paths.cluster).then(
    () => true,
    () => false,
  );
}

export async function readCredentials(paths: ClusterPaths): Promise<Credentials> {
  return JSON.parse(await readFile(paths.credentials, "utf8"));
}

/** Throws `version_mismatch` if these binaries cannot read this data. */
export async function checkVersion(paths: ClusterPaths, binaries: Binaries): Promise<void> {
  const dataVersion = Number(await readFile(join(paths.pgdata, "PG_VERSION"), "utf8"));
  if (dataVersion === binaries.majorVersion) return;
  throw new EmbeddedPostgresError(
    "version_mismatch",
    `The data in ${paths.dataDir} was made by PostgreSQL ${dataVersion}, but ${binaries.postgres} ` +
      `is PostgreSQL ${binaries.majorVersion}. Run it with PostgreSQL ${dataVersion} as before, move ` +
      "the data with pg_dump, or set FARTHING_DATA_DIR to another directory.",
  );
}

/** Creates an empty database cluster with a random password. Throws `init_failed`. */
export async function createCluster(
  paths: ClusterPaths,
  binaries: Binaries,
  { runAs, durability }: { runAs: SystemUser | null; durability: Durability },
): Promise<void> {
  await createWhole(paths.cluster, async (partial) => {
    if (runAs) await chmod(partial, 0o711);
    const credentials: Credentials = {
      user: superuser,
      password: randomBytes(24).toString("base64url"),
      clusterName: `farthing_${randomBytes(6).toString("hex")}`,
    };
    await writeFile(credentialsOf(partial), JSON.stringify(credentials), { mode: 0o600 });
    await runInitdb(partial, credentials, binaries, { runAs, durability });
  });
  if (durability === "full") await syncDirectory(paths.dataDir);
}

async function runInitdb(
  partial: string,
  { user, password }: Credentials,
  binaries: Binaries,
  { runAs, durability }: { runAs: SystemUser | null; durability: Durability },
): Promise<void> {
  const pgdata = pgdataOf(partial);
  const passwordFile = join(partial, "password");
  await mkdir(pgdata, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs) {
    await Promise.all([pgdata, passwordFile].map((path) => chown(path, runAs.uid, runAs.gid)));
  }
  const args = [
    `--pgdata=${pgdata}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    ...collation(binaries.majorVersion),
    ...(durability === "none" ? ["--no-sync"] : []),
  ];
  const { exitCode, stderr, spawnError } = await runCommand(binaries.initdb, args, {
    runAs,
    cwd: partial,
  });
  await rm(passwordFile, { force: true });
  if (exitCode === 0) return;
  throw new EmbeddedPostgresError(
    "init_failed",
    `The database could not be created in ${partial}: ${spawnError ?? stderr.trim()}`,
  );
}

/** Text compares by code point, and letters of all scripts have upper and lower case. */
function collation(majorVersion: number): string[] {
  return majorVersion >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
}

/** Makes a rename in this directory survive a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
