import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { SANDBOX_JOURNAL } from "#local-files.ts";
import { writeBackup } from "#platform/db/backup/index.ts";
import { listMigrations, migrate } from "#platform/db/migrate.ts";
import { createTestApp } from "#test/support/app.ts";
import { tellLifeOfBills } from "#test/support/life-of-bills.ts";
import { tellLifeOfCustomers } from "#test/support/life-of-customers.ts";
import { tellLifeOfSubscriptions } from "#test/support/life-of-subscriptions.ts";
import { startThrowAwayServer } from "#test/support/postgres/throw-away-server.ts";
import { verifyDatabase } from "#verify-database.ts";
import { version } from "#version.ts";
import { NOW_NOTE, VERIFIED_NOTE } from "./fixture.ts";

/*
 * Keeps what this version's code writes, and what it says of that itself, for the upgrade test of every
 * later one. Run it when the schema has changed, before a release at the latest:
 *
 *   node --conditions=source --import tsx packages/server/test/upgrade/make-fixture.ts [NAME]
 *
 * The file is named after the newest migration, unless a name is given: one that landed late may not
 * have the highest number.
 */
const server = await startThrowAwayServer();
const folder = await mkdtemp(join(tmpdir(), "farthing-fixture-"));
try {
  await migrate(server.ownerUrl);
  const sandboxJournalPath = join(folder, SANDBOX_JOURNAL);
  const shop = await createTestApp({ ownerUrl: server.ownerUrl, sandboxJournalPath });
  await tellLifeOfCustomers(shop);
  await tellLifeOfSubscriptions(shop);
  await tellLifeOfBills(shop);
  await shop.stop();
  const verdicts = await verifyDatabase(server.ownerUrl);
  const name = process.argv[2] ?? (await listMigrations()).at(-1) ?? "";
  const path = join(import.meta.dirname, "fixtures", `${name}.backup`);
  await writeBackup({
    ownerUrl: server.ownerUrl,
    path,
    product: version,
    madeAt: new Date().toISOString(),
    notes: {
      [NOW_NOTE]: String(shop.clock.now()),
      [VERIFIED_NOTE]: JSON.stringify(verdicts),
    },
    files: [{ name: SANDBOX_JOURNAL, path: sandboxJournalPath }],
  });
  // It stays in the repository: here it may take its time to be small.
  await writeFile(path, gzipSync(gunzipSync(await readFile(path)), { level: 9 }));
  console.log(path);
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}
