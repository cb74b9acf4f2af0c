import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backUp } from "#backup.ts";
import { readConfig } from "#config.ts";
import { migrate } from "#platform/db/migrate.ts";
import { restore } from "#restore.ts";
import {
  startThrowAwayServer,
  type ThrowAwayServer,
} from "#test/support/postgres/throw-away-server.ts";

let server: ThrowAwayServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-backup-"));
  server = await startThrowAwayServer();
  await migrate(server.ownerUrl);
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

test("an embedded database is backed up beside its server, and not restored under it", async () => {
  const config = readConfig({ FARTHING_DATA_DIR: server.dataDir });
  const path = join(folder, "running.backup");
  const { header, rows } = await backUp(config, { path, withSecrets: false });
  expect(rows).toBe(0);
  expect(header.tables.length).toBeGreaterThan(20);
  expect(header.migrations).not.toEqual([]);

  const refused = restore(config, { path, replace: true });
  await expect(refused).rejects.toThrow("The data directory is in use");
});
