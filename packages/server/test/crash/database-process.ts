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

/** A session of the database's owner, who sees every row of every project. */
export async function connectAsOwner(dataDir: string): Promise<pg.Client> {
  const paths = clusterPaths(dataDir);
  const port = Number(await readFile(paths.port, "utf8"));
  const client = new pg.Client({
    connectionString: databaseUrl(await readCredentials(paths), port, "farthing"),
    options: "-c search_path=farthing -c timezone=UTC",
  });
  // The database may be killed while nobody asks it anything.
  client.on("error", () => {});
  await client.connect();
  return client;
}
