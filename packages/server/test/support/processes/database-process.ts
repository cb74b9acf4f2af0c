import { readFile } from "node:fs/promises";
import pg from "pg";
import { clusterPaths, readCredentials } from "#platform/db/embedded/cluster.ts";
import { listCommands, signal } from "#platform/db/embedded/processes.ts";

/** The process number of the server that runs on an embedded database's data. */
export async function postmasterOf(dataDir: string): Promise<number> {
  const text = await readFile(`${clusterPaths(dataDir).pgdata}/postmaster.pid`, "utf8");
  return Number(text.split("\n")[0]);
}

/** SIGKILL for the postmaster of this data and for each of its processes. */
export async function killDatabase(dataDir: string): Promise<void> {
  const { clusterName } = await readCredentials(clusterPaths(dataDir));
  const postmaster = await postmasterOf(dataDir);
  const backends = (await listCommands()).filter(({ command }) =>
    command.startsWith(`postgres: ${clusterName}: `),
  );
  signal(postmaster, "SIGKILL");
  for (const backend of backends) signal(backend.pid, "SIGKILL");
}

/**
 * What a minute's outage does to the stored data, without waiting for it: whatever a dead server had
 * taken for itself is free again.
 */
export async function passMinute(db: pg.Client): Promise<void> {
  await db.query("update payment set leased_until = leased_until - interval '1 minute'");
  await db.query("update refund set next_attempt_at = next_attempt_at - interval '1 minute'");
  await db.query("update rail_event set next_attempt_at = next_attempt_at - interval '1 minute'");
  await db.query(
    "update webhook_delivery set next_attempt_at = next_attempt_at - interval '1 minute'",
  );
}

/** A session of the database's owner, who sees every row of every project. */
export async function withDatabase<Result>(
  ownerUrl: string,
  work: (db: pg.Client) => Promise<Result>,
): Promise<Result> {
  const db = new pg.Client({
    connectionString: ownerUrl,
    options: "-c search_path=farthing -c timezone=UTC",
  });
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}
