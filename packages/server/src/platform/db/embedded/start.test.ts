import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { present } from "#kernel/assert.ts";
import { identityOf, runCommand, type SystemUser } from "./run-command.ts";
import { type StartOptions, startEmbeddedPostgres } from "./start.ts";
import { findSystemUser } from "./system-user.ts";

const packageFolder = join(import.meta.dirname, "../../../..");
const childScript = new URL("../../../../test/support/postgres/start-embedded.ts", import.meta.url);

/** Only root can be somebody else; there are no such cases for others. */
const otherUsers = process.getuid?.() === 0 ? ["nobody"] : [];

let dataDir: string;
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "farthing-embedded-"));
  await chmod(dataDir, 0o711);
  undo = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 })];
});

afterEach(async () => {
  for (const step of undo.toReversed()) await step();
});

test("a new database is private, in UTF-8, on the loopback address and in UTC", async () => {
  const phases: string[] = [];
  const { ownerUrl, adopted, version } = await start({
    durability: "full",
    progress: (phase) => phases.push(phase),
  });

  const password = new URL(ownerUrl).password;
  expect(phases).toEqual([
    "preparing database files",
    "creating the database",
    "starting database",
  ]);
  expect(adopted).toBe(false);
  expect(Number(version.split(".")[0])).toBeGreaterThanOrEqual(15);
  expect(password).toMatch(/^[\w-]{32}$/);
  expect((await stat(join(dataDir, "cluster/credentials.json"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, "cluster/pgdata"))).mode & 0o777).toBe(0o700);
  expect(await settings(ownerUrl)).toMatchObject({
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    server_encoding: "UTF8",
    TimeZone: "UTC",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
  });
  await expect(query(ownerUrl.replace(password, "guess"), "select 1")).rejects.toMatchObject({
    code: "28P01",
  });
});

test("a stopped database starts again with its data, its password and its port", async () => {
  const first = await start();
  await query(first.ownerUrl, "create table kept as select 1 as value");
  await Promise.all([first.stop(), first.stop()]);
  await expect(query(first.ownerUrl, "select 1")).rejects.toThrow("ECONNREFUSED");

  const second = await start();

  expect(second.adopted).toBe(false);
  expect(second.ownerUrl).toBe(first.ownerUrl);
  expect(await query(second.ownerUrl, "select value from kept")).toEqual([{ value: 1 }]);
});

test("a port that was taken meanwhile is replaced by another", async () => {
  const first = await start();
  await first.stop();
  await listenOn(Number(new URL(first.ownerUrl).port));

  const second = await start();

  expect(new URL(second.ownerUrl).port).not.toBe(new URL(first.ownerUrl).port);
});

test("a database whose owner was killed is taken over, running", async () => {
  const owner = await startChild();
  await query(owner.ownerUrl, "create table kept as select 1 as value");
  const startedAt = await query(owner.ownerUrl, "select pg_postmaster_start_time()");
  await kill(owner.child);

  const next = await start();

  expect(next.adopted).toBe(true);
  expect(await query(next.ownerUrl, "select pg_postmaster_start_time()")).toEqual(startedAt);
  expect(await query(next.ownerUrl, "select value from kept")).toEqual([{ value: 1 }]);
  await next.stop();
  await expect(query(next.ownerUrl, "select 1")).rejects.toThrow("ECONNREFUSED");
});

test("a database that was killed with its owner recovers, even if a backend computes on", async () => {
  const owner = await startChild({ durability: "full" });
  await query(owner.ownerUrl, "create table kept as select 1 as value");
  const busy = await connect(owner.ownerUrl);
  const computing = busy.query("select count(*) from generate_series(1, 100000000000)");
  const cut = computing.catch((error: Error) => error.message);
  await vi.waitFor(async () => expect(await activeQueries(owner.ownerUrl)).toBe(1), {
    timeout: 15_000,
  });
  const postmaster = await postmasterPid();
  process.kill(postmaster, "SIGKILL");
  await kill(owner.child);
  const phases: string[] = [];

  const next = await start({ durability: "full", progress: (phase) => phases.push(phase) });

  expect(next.adopted).toBe(false);
  expect(phases).toContain("recovering database after an unclean end");
  expect(await query(next.ownerUrl, "select value from kept")).toEqual([{ value: 1 }]);
  expect(await cut).toContain("terminated");
});

test.each([
  { content: "the pid of a process that is no PostgreSQL", of: (text: string) => text },
  { content: "nothing at all", of: () => "" },
])("a left-over pid file with $content does not stand in the way", async ({ of }) => {
  const first = await start();
  const pidFile = join(dataDir, "cluster/pgdata/postmaster.pid");
  const text = await readFile(pidFile, "utf8");
  await first.stop();
  const lines = text.split("\n").with(0, `${process.pid}`).join("\n");
  await writeFile(pidFile, of(lines));

  const second = await start();

  expect(second.adopted).toBe(false);
});

test("a creation that was killed in the middle is done again from its beginning", async () => {
  const { child } = spawnChild();
  await vi.waitFor(async () => expect(await hasHalfACluster()).toBe(true), {
    interval: 2,
    timeout: 15_000,
  });
  await kill(child);
  expect(await readdir(dataDir)).not.toContain("cluster");

  const { ownerUrl } = await start();

  expect(await query(ownerUrl, "select 1 as value")).toEqual([{ value: 1 }]);
  expect((await readdir(dataDir)).filter((name) => name.includes("partial"))).toEqual([]);
});

test("a second owner is refused and told who the first one is", async () => {
  const owner = await startChild();

  const refused = start();

  await expect(refused).rejects.toMatchObject({
    code: "owned_by_another_process",
    message: expect.stringContaining(`process ${owner.child.pid}`),
  });
  expect(await query(owner.ownerUrl, "select 1 as value")).toEqual([{ value: 1 }]);
});

test("of two that start a new directory at the same moment, one gets it", async () => {
  const outcomes = await Promise.all([spawnChild().outcome, spawnChild().outcome]);
  const codes = outcomes.map(({ code }) => code);
  expect(codes.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
    "owned_by_another_process",
    undefined,
  ]);
});

test("ownership survives a crash inside the database", async () => {
  const { ownerUrl } = await start();
  const victim = await connect(ownerUrl);
  const [backend] = (await victim.query("select pg_backend_pid() as pid")).rows;
  const cut = new Promise<void>((resolve) => victim.once("end", resolve));
  process.kill(backend.pid, "SIGKILL");
  await cut;

  await vi.waitFor(async () => expect(await ownerSessions(ownerUrl)).toBe(1), { timeout: 15_000 });

  await expect(start()).rejects.toMatchObject({ code: "owned_by_another_process" });
});

test("the owner is told when the database dies", async () => {
  const lost = new Promise<Error>((onLost) => {
    void start({ onLost }).then(async () => process.kill(await postmasterPid(), "SIGKILL"));
  });
  expect((await lost).message).toContain("has ended");
});

test("a throw-away database that was left running does not stay careless", async () => {
  const owner = await startChild();
  expect(await settings(owner.ownerUrl)).toMatchObject({ fsync: "off", synchronous_commit: "off" });
  await kill(owner.child);

  const next = await start({ durability: "full" });

  expect(await settings(next.ownerUrl)).toMatchObject({ fsync: "on", synchronous_commit: "on" });
});

test("data of another major version is left alone", async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(dataDir, "cluster/pgdata/PG_VERSION"), "9\n");
  await expect(start()).rejects.toMatchObject({
    code: "version_mismatch",
    message: expect.stringContaining("PostgreSQL 9"),
  });
});

test.each(await thoseWhoReachUs())(
  "an ordinary user (%s) runs it as himself, not root's",
  async (name) => {
    const user = present(await findSystemUser(name), "every system has it");
    const { ownerUrl } = await startChild({ dataDir: join(await ownedBy(user), "own") }, user);
    expect(await query(ownerUrl, "select 1 as value")).toEqual([{ value: 1 }]);

    const foreign = await spawnChild({ dataDir }, user).outcome;
    expect(foreign).toMatchObject({ code: "data_directory_unusable" });
  },
);

test.each(otherUsers)("root is told which directory keeps others (%s) out", async () => {
  await chmod(dataDir, 0o700);
  await expect(start({ dataDir: join(dataDir, "inside") })).rejects.toMatchObject({
    code: "data_directory_unusable",
    message: expect.stringContaining(`chmod o+x ${dataDir}`),
  });
});

/** Other users can run this very code only if the clone does not lie in a folder closed to them. */
async function thoseWhoReachUs(): Promise<string[]> {
  const reached = await Promise.all(
    otherUsers.map(async (name) => {
      const runAs = await findSystemUser(name);
      const { exitCode } = await runCommand("test", ["-r", childScript.pathname], { runAs });
      return exitCode === 0 ? [name] : [];
    }),
  );
  return reached.flat();
}

type Outcome = { ownerUrl?: string; adopted?: boolean; code?: string; message?: string };
type ChildOptions = Partial<Pick<StartOptions, "dataDir" | "durability">>;

const log = { info: () => {}, warn: () => {}, error: () => {} };

async function start(options: Partial<StartOptions> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, log, durability: "none", ...options });
  undo.push(server.stop);
  return server;
}

/** Starts another process that starts the database; whatever it leaves behind is stopped. */
function spawnChild(options: ChildOptions = {}, user?: SystemUser) {
  const childOptions = { dataDir, durability: "none", ...options };
  const args = [
    "--conditions=source",
    "--import",
    "tsx",
    childScript.pathname,
    JSON.stringify(childOptions),
  ];
  const child = spawn(process.execPath, args, {
    cwd: packageFolder,
    stdio: ["pipe", "pipe", "inherit"],
    ...identityOf(user ?? null),
  });
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.stdin.end();
    await exited;
  });
  const outcome = Promise.race([once(child.stdout, "data"), once(child, "exit")]).then(
    ([line]) => JSON.parse(String(line)) as Outcome,
  );
  return { child, outcome };
}

async function startChild(options: ChildOptions = {}, user?: SystemUser) {
  const { child, outcome } = spawnChild(options, user);
  const { ownerUrl, message } = await outcome;
  return { child, ownerUrl: present(ownerUrl, message ?? "the child says what came of it") };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function settings(url: string): Promise<Record<string, unknown>> {
  const rows = await query(url, "select name, setting from pg_settings");
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

async function activeQueries(url: string): Promise<number> {
  const rows = await query(
    url,
    "select from pg_stat_activity where state = 'active' and query like '%generate_series%' and pid <> pg_backend_pid()",
  );
  return rows.length;
}

async function ownerSessions(url: string): Promise<number> {
  const rows = await query(url, "select from pg_locks where locktype = 'advisory' and granted");
  return rows.length;
}

async function postmasterPid(): Promise<number> {
  const text = await readFile(join(dataDir, "cluster/pgdata/postmaster.pid"), "utf8");
  return Number(text.split("\n")[0]);
}

async function hasHalfACluster(): Promise<boolean> {
  const [partial] = (await readdir(dataDir)).filter((name) => name.includes("partial"));
  const files = partial ? await readdir(join(dataDir, partial, "pgdata")).catch(() => []) : [];
  return files.includes("PG_VERSION");
}

async function listenOn(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  undo.push(async () => server.close());
  await once(server, "listening");
}

async function ownedBy({ uid, gid }: SystemUser): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "farthing-embedded-"));
  undo.splice(1, 0, () => rm(directory, { recursive: true, force: true }));
  await chown(directory, uid, gid);
  return directory;
}
