import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkBackup, loadBackup } from "#platform/db/backup/index.ts";
import { listMigrations, migrate } from "#platform/db/migrate.ts";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { verifyDatabase } from "#verify-database.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

const migrations = await listMigrations();
const fixtures = (await readdir(FIXTURES)).filter((name) => name.endsWith(".backup")).toSorted();
const opened: TestDatabase[] = [];
afterAll(() => Promise.all(opened.map((database) => database.drop())));

async function emptyDatabase(): Promise<string> {
  const database = await createEmptyDatabase();
  opened.push(database);
  return database.ownerUrl;
}

interface State {
  readonly fixture: string;
  /** What had been applied when the fixture was written. */
  readonly before: readonly string[];
  /** What is applied to its data before all the rest; the fixture's own newest where it is none. */
  readonly upTo: string;
}

/** Each fixture as it is, and with one migration more after the other, in the order of their names. */
async function statesOf(fixture: string): Promise<State[]> {
  const { migrations: before } = (await checkBackup(join(FIXTURES, fixture))).header;
  const later = migrations.filter((name) => !before.includes(name));
  return [...before.slice(-1), ...later].map((upTo) => ({ fixture, before, upTo }));
}

const states = (await Promise.all(fixtures.map(statesOf))).flat();

describe("a database of an earlier version comes to the newest state with its data, and holds", () => {
  test("there is data of an earlier version", () => {
    expect(fixtures).not.toEqual([]);
  });

  test.each(states)("written by $fixture, at $upTo", async ({ fixture, before, upTo }) => {
    const ownerUrl = await emptyDatabase();
    await migrate(ownerUrl, before);
    const path = join(FIXTURES, fixture);
    const counts = await loadBackup({ ownerUrl, path, onFile: async () => {} });
    await migrate(
      ownerUrl,
      migrations.filter((name) => before.includes(name) || name <= upTo),
    );
    await migrate(ownerUrl);

    const verdicts = await verifyDatabase(ownerUrl);
    expect(verdicts.flatMap(({ breaches }) => breaches)).toEqual([]);
    const invoices = verdicts.reduce((sum, { checked }) => sum + checked.invoices, 0);
    expect(invoices).toBeGreaterThan(0);
    expect(invoices).toBe(counts["invoice"]);
  });
});

describe("migrations", () => {
  test("that two servers start at once run once", async () => {
    const ownerUrl = await emptyDatabase();
    await Promise.all([migrate(ownerUrl), migrate(ownerUrl), migrate(ownerUrl)]);
    await migrate(ownerUrl);
    expect(await verifyDatabase(ownerUrl)).toEqual([]);
  });
});
