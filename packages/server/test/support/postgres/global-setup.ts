import type { TestProject } from "vitest/node";
import { migrate } from "#platform/db/migrate.ts";
import { createTemplate, dropTemplate, type TestPostgres } from "./template.ts";
import { startThrowAwayServer } from "./throw-away-server.ts";

type Server = { readonly ownerUrl: string; stop(): Promise<void> };

/**
 * One PostgreSQL for the whole run. A failure to start or to migrate it is passed on to the tests
 * that ask for a database; all others run regardless.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Server | null = null;
  let provided: TestPostgres;
  try {
    server = await openServer();
    provided = await createTemplate(server.ownerUrl, migrate);
  } catch (error) {
    provided = { failure: String(error) };
  }
  project.provide("testPostgres", provided);
  return async () => {
    if ("template" in provided) await dropTemplate(provided.adminUrl, provided.template);
    await server?.stop();
  };
}

/** TEST_DATABASE_URL names a superuser on a server that is there already, else we start our own. */
async function openServer(): Promise<Server> {
  const url = process.env["TEST_DATABASE_URL"];
  return url ? { ownerUrl: url, stop: async () => {} } : startThrowAwayServer();
}
