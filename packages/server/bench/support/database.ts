import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "#platform/db/embedded/index.ts";
import { migrate } from "#platform/db/migrate.ts";

export interface BenchDatabase {
  readonly ownerUrl: string;
  stop(): Promise<void>;
}

const SILENT = { info: () => {}, warn: () => {}, error: console.error };

/** A database as a production server has it, with every commit on the disk, in a folder that goes. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), "farthing-bench-"));
  // Started by root, PostgreSQL runs as a user of its own, who has to enter this.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, log: SILENT });
  await migrate(postgres.ownerUrl);
  return {
    ownerUrl: postgres.ownerUrl,
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
