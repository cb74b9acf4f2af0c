import { join } from "node:path";
import { writeBackup } from "#platform/db/backup/index.ts";
import { listMigrations, migrate } from "#platform/db/migrate.ts";
import { createTestApp } from "#test/support/app.ts";
import { tellLifeOfCustomers } from "#test/support/life-of-customers.ts";
import { startThrowAwayServer } from "#test/support/postgres/throw-away-server.ts";
import { version } from "#version.ts";

/*
 * Keeps what this version's code writes, for the upgrade test of every later one. Run it before a
 * release: node --conditions=source --import tsx packages/server/test/upgrade/make-fixture.ts
 */
const server = await startThrowAwayServer();
try {
  await migrate(server.ownerUrl);
  const shop = await createTestApp({ ownerUrl: server.ownerUrl });
  await tellLifeOfCustomers(shop);
  await shop.stop();
  const state = (await listMigrations()).at(-1) ?? "";
  const path = join(import.meta.dirname, "fixtures", `${state}.backup`);
  await writeBackup({
    ownerUrl: server.ownerUrl,
    path,
    product: version,
    madeAt: new Date().toISOString(),
    notes: {},
    files: [],
  });
  console.log(path);
} finally {
  await server.stop();
}
