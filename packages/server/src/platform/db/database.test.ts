import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withAdmin } from "#test/support/postgres/template.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { type Database, openDatabase, type Tx } from "./database.ts";

const PROJECT_ID = 3;

let server: TestDatabase;
let db: Database;
beforeAll(async () => {
  server = await createTestDatabase();
  db = openDatabase({ url: server.ownerUrl, connectionsMax: 2, onIdleError: () => undefined });
});
afterAll(async () => {
  await db.close();
  await server.drop();
});

/** Ends the connection of a transaction, as a restart of the database would. */
async function cut(tx: Tx): Promise<void> {
  const [backend] = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
  await withAdmin(server.ownerUrl, async (admin) => {
    await admin.query("select pg_terminate_backend($1, 5000)", [backend?.pid]);
  });
}

const note = (tx: Tx, name: string) =>
  tx.query(
    "insert into lookup (lookup_key, project_id, customer_id, object_id) values ($1, $2, 0, 0)",
    [name, PROJECT_ID],
  );

const noted = (name: string) =>
  db.inProject(PROJECT_ID, (tx) => tx.query("select from lookup where lookup_key = $1", [name]));

test("work whose connection is lost in the middle is done again from its start", async () => {
  let attempts = 0;
  await db.inProject(PROJECT_ID, async (tx) => {
    attempts += 1;
    await note(tx, "in the middle");
    if (attempts === 1) await cut(tx);
    await tx.query("select 1");
  });
  expect(attempts).toBe(2);
  expect(await noted("in the middle")).toHaveLength(1);
});

test("work whose connection is lost at its commit may be done, so it is not done again", async () => {
  let attempts = 0;
  const lost = db.inProject(PROJECT_ID, async (tx) => {
    attempts += 1;
    await note(tx, "at the commit");
    await cut(tx);
  });
  await expect(lost).rejects.toMatchObject({ code: "database_unavailable" });
  expect(attempts).toBe(1);
});

test("a database that is starting is said to be unavailable: the same may be asked again soon", async () => {
  const said = Buffer.from("SFATAL\0C57P03\0Mthe database system is starting up\0\0");
  const length = Buffer.alloc(4);
  length.writeInt32BE(length.length + said.length);
  const answer = Buffer.concat([Buffer.from("E"), length, said]);
  const starting = createServer((socket) => socket.once("data", () => socket.end(answer)));
  await once(starting.listen(0, "127.0.0.1"), "listening");
  const { port } = starting.address() as AddressInfo;
  const started = openDatabase({ url: `postgres://127.0.0.1:${port}/any`, connectionsMax: 1 });

  const asked = started.inProject(PROJECT_ID, (tx) => tx.query("select 1"));

  await expect(asked).rejects.toMatchObject({ code: "database_unavailable" });
  await started.close();
  starting.close();
});

test("a defect in the work undoes it and is passed on as it is", async () => {
  const defect = new Error("a defect");
  const broken = db.inProject(PROJECT_ID, async (tx) => {
    await note(tx, "undone");
    throw defect;
  });
  await expect(broken).rejects.toBe(defect);
  expect(await noted("undone")).toHaveLength(0);
});

test("a deadlock is undone and tried again", async () => {
  let attempts = 0;
  await db.inProject(PROJECT_ID, async (tx) => {
    attempts += 1;
    if (attempts === 1)
      await tx.query("do $$ begin raise exception using errcode = '40P01'; end $$");
  });
  expect(attempts).toBe(2);
});

test("connections keep plans only where they are told to", async () => {
  const plansOf = async (options: { readonly keepsPlans?: boolean }) => {
    const one = openDatabase({ url: server.ownerUrl, connectionsMax: 1, ...options });
    const count = () => one.acrossProjects((tx) => tx.query("select from pg_prepared_statements"));
    for (const value of [1, 2])
      await one.acrossProjects((tx) => tx.query("select $1::int", [value]));
    const kept = await count();
    await one.close();
    return kept.length;
  };

  expect(await plansOf({ keepsPlans: true })).toBe(1);
  expect(await plansOf({})).toBe(0);
});
