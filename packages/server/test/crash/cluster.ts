import { randomBytes } from "node:crypto";
import pg from "pg";
import { startEmbeddedPostgres } from "#platform/db/embedded/index.ts";
import { appointCaretaker } from "#test/support/postgres/caretaker.ts";
import { urlOf } from "#test/support/postgres/template.ts";
import { killDatabase, postmasterOf } from "#test/support/processes/database-process.ts";

/** The PostgreSQL that the servers share. It is killed and started again; its data stays. */
export interface Cluster {
  /** Makes an empty database and answers its owner's URL, which stays good over kills. */
  createDatabase(): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** The number of the process whose death is the database's. */
  postmaster(): Promise<number>;
  /** Resolves when the one that runs now has died. */
  lost(): Promise<void>;
  isLost(): boolean;
  /** SIGKILL for it and all its children, if it lives. */
  kill(): Promise<void>;
  /** Starts it again if it has died. */
  ensureUp(): Promise<void>;
  stop(): Promise<void>;
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

interface Life {
  readonly database: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  readonly lost: Promise<void>;
  isLost: boolean;
}

/** Its data is as safe as anybody's: what it says is committed is on the disk. */
export async function startCluster(dataDir: string): Promise<Cluster> {
  const caretaker = appointCaretaker(dataDir);
  let life = await begin(dataDir);
  const { ownerUrl } = life.database;

  async function administer(sql: string): Promise<void> {
    const admin = new pg.Client({ connectionString: ownerUrl });
    await admin.connect();
    await admin.query(sql);
    await admin.end();
  }

  async function ensureUp(): Promise<void> {
    if (!life.isLost) return;
    life = await begin(dataDir);
    if (life.database.ownerUrl !== ownerUrl) throw new Error("The database's port was taken.");
  }

  return {
    async createDatabase() {
      const name = `crash_${randomBytes(5).toString("hex")}`;
      await administer(`create database ${name}`);
      return urlOf(ownerUrl, name);
    },
    dropDatabase: (url) =>
      administer(`drop database ${new URL(url).pathname.slice(1)} with (force)`),
    postmaster: () => postmasterOf(dataDir),
    lost: () => life.lost,
    isLost: () => life.isLost,
    async kill() {
      if (life.isLost) return;
      await killDatabase(dataDir);
      await life.lost;
    },
    ensureUp,
    async stop() {
      await ensureUp();
      await life.database.stop();
      await caretaker.dismiss();
    },
  };
}

async function begin(dataDir: string): Promise<Life> {
  let lose: () => void = () => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  const database = await startEmbeddedPostgres({
    dataDir,
    log: quiet,
    onLost() {
      life.isLost = true;
      lose();
    },
  });
  const life: Life = { database, lost, isLost: false };
  return life;
}
