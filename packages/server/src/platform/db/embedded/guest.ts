import { realpath } from "node:fs/promises";
import { clusterExists, clusterPaths, readCredentials } from "./cluster.ts";
import { applicationDatabase, databaseUrl } from "./connect.ts";
import { findPostmaster } from "./postmaster.ts";

/**
 * The owner's URL of the PostgreSQL that runs on a data directory now, whoever started it; null when
 * none does. For looking on beside its owner: it may be stopped at any moment.
 */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const real = await realpath(dataDir).catch(() => null);
  if (real === null) return null;
  const paths = clusterPaths(real);
  if (!(await clusterExists(paths))) return null;
  const credentials = await readCredentials(paths);
  const { clusterName } = credentials;
  const found = await findPostmaster({ pgdata: paths.pgdata, clusterName });
  if (found?.status !== "ready" || found.port === null) return null;
  return databaseUrl(credentials, found.port, applicationDatabase);
}
