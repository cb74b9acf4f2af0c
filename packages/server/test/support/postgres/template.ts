import { randomBytes } from "node:crypto";
import pg from "pg";

/** What every test of a run is told about the server; plain data, since it goes between threads. */
export type TestPostgres =
  | { readonly adminUrl: string; readonly template: string }
  /** Why there is none. Only tests that ask for a database fail because of it. */
  | { readonly failure: string };

export type Migrate = (ownerUrl: string) => Promise<void>;

/** Creates and migrates the database that those of the tests are copies of. */
export async function createTemplate(adminUrl: string, migrate: Migrate): Promise<TestPostgres> {
  const template = `farthing_test_${randomBytes(5).toString("hex")}`;
  await withAdmin(adminUrl, (admin) => admin.query(`create database ${template}`));
  try {
    await migrate(urlOf(adminUrl, template));
    return { adminUrl, template };
  } catch (error) {
    await dropTemplate(adminUrl, template);
    throw error;
  }
}

/** Drops the template and every copy that a test left behind. */
export async function dropTemplate(adminUrl: string, template: string): Promise<void> {
  await withAdmin(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ name: string }>(
      "select datname as name from pg_database where starts_with(datname, $1)",
      [template],
    );
    for (const { name } of rows) await admin.query(`drop database ${name} with (force)`);
  });
}

/** The same server and user, another database. */
export function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export async function withAdmin<T>(
  adminUrl: string,
  work: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
