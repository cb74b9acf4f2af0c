import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type TestPostgres, urlOf, withAdmin } from "./template.ts";

declare module "vitest" {
  interface ProvidedContext {
    testPostgres: TestPostgres;
  }
}

export type TestDatabase = {
  /** URL of the superuser in this database, which has every migration and no rows. */
  readonly ownerUrl: string;
  /** Drops the database, ending whatever is still connected to it. */
  drop(): Promise<void>;
};

/** A database for one test file: a copy of the migrated template, in some tens of milliseconds. */
export function createTestDatabase(
  server: TestPostgres = inject("testPostgres"),
): Promise<TestDatabase> {
  return createCopy(server, (template) => template);
}

/** A database in which nothing is. */
export function createEmptyDatabase(
  server: TestPostgres = inject("testPostgres"),
): Promise<TestDatabase> {
  return createCopy(server, () => "template0");
}

async function createCopy(
  server: TestPostgres,
  originalOf: (template: string) => string,
): Promise<TestDatabase> {
  if ("failure" in server) throw new Error(`There is no test database: ${server.failure}`);
  const { adminUrl, template } = server;
  const name = `${template}_${randomBytes(5).toString("hex")}`;
  await withAdmin(adminUrl, (admin) =>
    admin.query(`create database ${name} template ${originalOf(template)}`),
  );
  return {
    ownerUrl: urlOf(adminUrl, name),
    drop: async () => {
      await withAdmin(adminUrl, (admin) =>
        admin.query(`drop database if exists ${name} with (force)`),
      );
    },
  };
}
