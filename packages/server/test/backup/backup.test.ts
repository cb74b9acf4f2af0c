import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backUp } from "#backup.ts";
import { type Config, readConfig } from "#config.ts";
import { type BackupFault, type WrittenBackup } from "#platform/db/backup/index.ts";
import { restore } from "#restore.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { tellLifeOfCustomers } from "#test/support/life-of-customers.ts";
import { createEmptyDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";

let shop: TestApp;
let folder: string;
let file: string;
let written: WrittenBackup;
const opened: TestDatabase[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "farthing-backup-"));
  file = join(folder, "whole.backup");
  shop = await createTestApp();
  await tellLifeOfCustomers(shop);
  await writeFile(join(folder, "secret-key"), "a secret key of thirty-two letters");
  written = await backUp(configOf(shop.ownerUrl), { path: file, withSecrets: false });
}, 60_000);

afterAll(async () => {
  await shop?.stop();
  await Promise.all(opened.map((database) => database.drop()));
  await rm(folder, { recursive: true });
});

function configOf(databaseUrl: string, dataDir = folder): Config {
  return readConfig({ DATABASE_URL: databaseUrl, FARTHING_DATA_DIR: dataDir });
}

async function emptyDatabase(): Promise<string> {
  const database = await createEmptyDatabase();
  opened.push(database);
  return database.ownerUrl;
}

/** Every row of every table, in an order, as the database writes them. */
async function everything(ownerUrl: string): Promise<Record<string, string[]>> {
  const client = new pg.Client({ connectionString: ownerUrl, options: "-c timezone=UTC" });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class
        where relnamespace = 'farthing'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    const read: Record<string, string[]> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `select kept::text as row from farthing.${name} as kept order by 1`,
      );
      read[name] = rows.map(({ row }) => row);
    }
    return read;
  } finally {
    await client.end();
  }
}

describe("a backup", () => {
  test("brought back is the same to the last row, and holds", async () => {
    const ownerUrl = await emptyDatabase();
    const restored = await restore(configOf(ownerUrl), { path: file, replace: false });

    expect(restored.verdicts.flatMap(({ breaches }) => breaches)).toEqual([]);
    expect(restored.verdicts.find(({ checked }) => checked.invoices > 0)?.checked).toMatchObject({
      customers: 21,
    });
    const before = await everything(shop.ownerUrl);
    expect(await everything(ownerUrl)).toEqual(before);
    const rows = Object.values(before).reduce((sum, table) => sum + table.length, 0);
    expect([written.rows, restored.backup.rows]).toEqual([rows, rows]);
  }, 60_000);

  test("covers every table that the database lists", async () => {
    const tables = Object.keys(await everything(shop.ownerUrl));
    expect(written.header.tables.map(({ name }) => name).toSorted()).toEqual(tables.toSorted());
    const client = new pg.Client({ connectionString: shop.ownerUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class
         join pg_namespace on pg_namespace.oid = relnamespace
        where (nspname = 'farthing' and relkind in ('S', 'm', 'f'))
           or (relkind in ('r', 'p') and nspname not in
                ('farthing', 'farthing_migration', 'graphile_worker', 'pg_catalog', 'information_schema'))`,
    );
    await client.end();
    expect(rows, "data in a place that no backup looks at").toEqual([]);
  });

  test("is for its owner only, and is not written over", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = backUp(configOf(shop.ownerUrl), { path: file, withSecrets: false });
    await expect(again).rejects.toThrow("There is a file");
  });

  test("holds the secret key only when it is asked for, and knows whose it was", async () => {
    const path = join(folder, "secrets.backup");
    const { files } = await backUp(configOf(shop.ownerUrl), { path, withSecrets: true });
    expect([written.files, files]).toEqual([[], ["secret-key"]]);

    const elsewhere = await mkdtemp(join(folder, "machine-"));
    const config = configOf(await emptyDatabase(), elsewhere);
    const restored = await restore(config, { path, replace: false });
    expect(restored).toMatchObject({ secretKey: "matches", files: { written: ["secret-key"] } });
    expect((await stat(join(elsewhere, "secret-key"))).mode & 0o777).toBe(0o600);
  }, 60_000);
});

describe("a restore", () => {
  async function refusal(path: string, ownerUrl: string): Promise<string> {
    const failed = restore(configOf(ownerUrl), { path, replace: false });
    return failed.then(
      () => "",
      (error: BackupFault) => `${error.name}: ${error.message}`,
    );
  }

  test("refuses a database that holds something, and replaces it when told", async () => {
    const ownerUrl = await emptyDatabase();
    await restore(configOf(ownerUrl), { path: file, replace: false });
    expect(await refusal(file, ownerUrl)).toContain("not empty");
    const { verdicts } = await restore(configOf(ownerUrl), { path: file, replace: true });
    expect(verdicts.flatMap(({ breaches }) => breaches)).toEqual([]);
  }, 60_000);

  test("refuses a database that others are connected to", async () => {
    const ownerUrl = await emptyDatabase();
    const other = new pg.Client({ connectionString: ownerUrl, application_name: "a server" });
    await other.connect();
    const refused = await refusal(file, ownerUrl);
    await other.end();
    expect(refused).toContain("Others are connected to the database (a server)");
  });

  test("refuses what is damaged before it touches anything", async () => {
    const whole = await readFile(file);
    const flipped = Buffer.from(whole);
    flipped[Math.floor(whole.length / 2)] = (flipped[Math.floor(whole.length / 2)] ?? 0) ^ 0x55;
    const damages: [string, Buffer, RegExp][] = [
      ["short", whole.subarray(0, whole.length - 200), /cut short|unpacked|damaged/],
      ["flipped", flipped, /unpacked|checksum|damaged|cut short/],
      ["text", Buffer.from("no backup"), /unpacked/],
      ["empty", Buffer.alloc(0), /cut short/],
    ];
    const ownerUrl = await emptyDatabase();
    for (const [name, content, words] of damages) {
      const path = join(folder, name);
      await writeFile(path, content);
      expect(`${name}: ${await refusal(path, ownerUrl)}`).toMatch(words);
    }
    expect(await refusal(join(folder, "nowhere"), ownerUrl)).toContain("There is no file");
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    const { rows } = await client.query("select from pg_namespace where nspname = 'farthing'");
    await client.end();
    expect(rows).toEqual([]);
  });
});
