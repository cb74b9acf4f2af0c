import { readFile } from "node:fs/promises";
import pg from "pg";
import { clusterPaths, readCredentials } from "#platform/db/embedded/cluster.ts";
import { databaseUrl } from "#platform/db/embedded/connect.ts";
import { listCommands, signal } from "#platform/db/embedded/processes.ts";

/** SIGKILL for the postmaster of this data and for each of its processes. */
export async function killDatabase(dataDir: string): Promise<void> {
  const paths = clusterPaths(dataDir);
  const { clusterName } = await readCredentials(paths);
  const [pid] = (await readFile(`${paths.pgdata}/postmaster.pid`, "utf8")).split("\n");
  const backends = (await listCommands()).filter(({ command }) =>
    command.startsWith(`postgres: ${clusterName}: `),
  );
  signal(Number(pid), "SIGKILL");
  for (const backend of backends) signal(backend.pid, "SIGKILL");
}

/**
 * What a minute's outage does to the stored data, without waiting for it: whatever a dead server had
 * taken for itself is free again.
 */
export async function passMinute(db: pg.Client): Promise<void> {
  await db.query("update payment set leased_until = leased_until - interval '1 minute'");
  await db.query("update rail_event set next_attempt_at = next_attempt_at - interval '1 minute'");
}

/** A session of the database's owner, who sees every row of every project. */
export async function withDatabase<Result>(
  { dataDir }: { readonly dataDir: string },
  work: (db: pg.Client) => Promise<Result>,
): Promise<Result> {
  const paths = clusterPaths(dataDir);
  const port = Number(await readFile(paths.port, "utf8"));
  const db = new pg.Client({
    connectionString: databaseUrl(await readCredentials(paths), port, "farthing"),
    options: "-c search_path=farthing -c timezone=UTC",
  });
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}
