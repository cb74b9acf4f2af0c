import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createTemplate, dropTemplate, withAdmin } from "./template.ts";
import { createTestDatabase } from "./test-database.ts";

const migrate = (url: string) =>
  withAdmin(url, async (client) => {
    await client.query("create table migrated (value integer)");
  });

test("each database is a copy of the migrated template, apart from all others", async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await withAdmin(one.ownerUrl, (client) => client.query("create table mine ()"));

  const tables = await withAdmin(other.ownerUrl, (client) =>
    client.query("select from pg_tables where tablename = 'mine'"),
  );

  expect(tables.rowCount).toBe(0);
  await Promise.all([one.drop(), other.drop()]);
  await expect(withAdmin(one.ownerUrl, async () => {})).rejects.toMatchObject({ code: "3D000" });
});

test("dropping the template drops every copy that was left behind", async () => {
  const { ownerUrl, drop } = await createTestDatabase();
  const server = await createTemplate(ownerUrl, migrate);
  const copy = await createTestDatabase(server);
  if ("failure" in server) throw new Error(server.failure);

  await dropTemplate(server.adminUrl, server.template);

  await expect(withAdmin(copy.ownerUrl, async () => {})).rejects.toMatchObject({ code: "3D000" });
  await drop();
});

test("a migration that fails leaves no template, and says so to who asks for a database", async () => {
  const { ownerUrl, drop } = await createTestDatabase();
  let begun = "";

  await expect(
    createTemplate(ownerUrl, (templateUrl) => {
      begun = new URL(templateUrl).pathname.slice(1);
      return Promise.reject(new Error("no such type"));
    }),
  ).rejects.toThrow("no such type");

  // Other tests make databases of their own meanwhile: only this one is looked for.
  const left = await withAdmin(ownerUrl, (admin) =>
    admin.query("select from pg_database where datname = $1", [begun]),
  );
  expect(begun).not.toBe("");
  expect(left.rowCount).toBe(0);
  await expect(createTestDatabase({ failure: "no such type" })).rejects.toThrow("no such type");
  await drop();
});

test("a run that is killed leaves neither a server nor data behind", async () => {
  const script = new URL("./run-throw-away-server.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=source", "--import", "tsx", script], {
    cwd: join(import.meta.dirname, "../../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const { ownerUrl, dataDir } = JSON.parse(String(line));
  await withAdmin(ownerUrl, async () => {});

  child.kill("SIGKILL");

  await vi.waitFor(() => expect(access(dataDir)).rejects.toMatchObject({ code: "ENOENT" }), {
    timeout: 10_000,
  });
  await expect(withAdmin(ownerUrl, async () => {})).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
