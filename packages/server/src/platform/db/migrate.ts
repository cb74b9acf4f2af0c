import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CompiledQuery, Kysely, type Migration, Migrator, PostgresDialect } from "kysely";
import { openPool } from "./open-pool.ts";

const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../../migrations");

/**
 * Brings the schema up to date: every file of `migrations/` that has not run yet, in the order of
 * their names, all under one lock and in one transaction. `ownerUrl` is a user that may create
 * schemas and roles; `only` names those to run, for a schema as an earlier version had it.
 * Safe to call from several processes at once.
 */
export async function migrate(ownerUrl: string, only?: readonly string[]): Promise<void> {
  const pool = openPool({ connectionString: ownerUrl, max: 2 });
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: () => readMigrations(only) },
      migrationTableSchema: "farthing_migration",
      // A branch that reserved a lower number may land later than one with a higher one.
      allowUnorderedMigrations: true,
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  } finally {
    await database.destroy();
  }
}

/** The names of all migrations that this version has, oldest first. */
export async function listMigrations(): Promise<string[]> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith(".sql"));
  return files.map(nameOf).toSorted();
}

async function readMigrations(only?: readonly string[]): Promise<Record<string, Migration>> {
  const names = only ?? (await listMigrations());
  const migrations = await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(MIGRATIONS_FOLDER, `${name}.sql`), "utf8");
      return [name, sqlMigration(sql)] as const;
    }),
  );
  return Object.fromEntries(migrations);
}

function nameOf(file: string): string {
  return file.replace(/\.sql$/, "");
}

function sqlMigration(sql: string): Migration {
  return {
    async up(database) {
      await database.executeQuery(CompiledQuery.raw(sql));
    },
  };
}
