import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Role } from "#config.ts";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import type { Breach } from "#modules/verification/domain/index.ts";
import { withDatabase } from "#test/support/processes/database-process.ts";
import { freePort } from "#test/support/processes/free-port.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { verifyDatabase } from "#verify-database.ts";
import { type CardSandbox, startCardSandbox } from "./card-sandbox.ts";
import { type Chance, chanceOf } from "./chance.ts";
import type { Cluster } from "./cluster.ts";
import { findBreachesByApi } from "./invariants/by-api.ts";
import { findBreaches } from "./invariants/check.ts";
import { gatherEvidence } from "./invariants/evidence.ts";
import { accountJobs } from "./load/account-jobs.ts";
import { type Api, apiOf } from "./load/api.ts";
import { type Book, emptyBook } from "./load/book.ts";
import { changeJobs } from "./load/change-jobs.ts";
import { clockJob, clockJobs } from "./load/clock-jobs.ts";
import { correctionJobs } from "./load/correction-jobs.ts";
import { createLoad, type Load } from "./load/load.ts";
import { moneyJobs } from "./load/money-jobs.ts";
import { publishPlans } from "./load/plans.ts";
import { usageJobs } from "./load/usage-jobs.ts";
import type { Reach } from "./reach.ts";
import { createServers, type Servers } from "./servers.ts";
import type { Spares } from "./spares.ts";

export interface ChapterOptions {
  /** The same seed makes the same decisions; what they meet is up to the machine. */
  readonly seed: number;
  readonly roles: readonly Role[];
  readonly folder: string;
  readonly cluster: Cluster;
  readonly spares: Spares;
  readonly reach: Reach;
  readonly onProgress: (line: string) => void;
  /** Calls `check` again and again until it does not throw; in the end it throws what that threw. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
}

/** Some servers with a database of their own, and the world around them, which never dies. */
export interface Chapter extends ChapterOptions {
  readonly chance: Chance;
  readonly book: Book;
  readonly databaseUrl: string;
  readonly servers: Servers;
  readonly sandbox: CardSandbox;
  readonly receiver: WebhookReceiver;
  readonly api: Api;
  readonly load: Load;
  end(): Promise<void>;
}

const SECRET_KEY = "the pepper of the crash suite, no secret";
const FIRST_ACCOUNTS = 8;

/** Starts the servers on an empty database, publishes plans and sells them a few times. */
export async function openChapter(options: ChapterOptions): Promise<Chapter> {
  const { seed, cluster, spares, reach, roles } = options;
  const folder = join(options.folder, `chapter-${seed}`);
  await mkdir(folder, { recursive: true });
  const seats = await seatsOf(roles);
  const urls = seats.filter(({ role }) => role !== "worker").map(({ port }) => urlOf(port));
  const databaseUrl = await cluster.createDatabase();
  const sandbox = await startCardSandbox(folder, urls);
  const receiver = await startWebhookReceiver();
  const environment = {
    ...sandbox.environment,
    DATABASE_URL: databaseUrl,
    FARTHING_DATA_DIR: folder,
    FARTHING_SECRET_KEY: SECRET_KEY,
    FARTHING_DATABASE_CONNECTIONS: "8",
  };
  const servers = createServers({ seats, environment, cluster, spares, reach, folder });
  await servers.revive();
  const token = servers.token();
  const api = apiOf(...urls.map((url) => ({ url, token })));
  const chance = chanceOf(seed);
  const book = emptyBook();
  const load = await prepareLoad({ book, chance }, api, sandbox, receiver.url);
  const end = async () => {
    await servers.end();
    await sandbox.stop();
    await receiver.close();
    await cluster.ensureUp();
    await cluster.dropDatabase(databaseUrl);
    await rm(folder, { recursive: true });
  };
  const world = { databaseUrl, servers, sandbox, receiver, api, load, end };
  return { ...options, folder, chance, book, ...world };
}

function seatsOf(roles: readonly Role[]) {
  return Promise.all(roles.map(async (role) => ({ role, port: await freePort() })));
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`;

async function prepareLoad(
  source: { readonly book: Book; readonly chance: Chance },
  api: Api,
  sandbox: CardSandbox,
  receiverUrl: string,
): Promise<Load> {
  await api.post("/v1/webhook_endpoints", { url: receiverUrl });
  const plans = await publishPlans(api);
  const account = accountJobs(source, plans);
  const { book } = source;
  const load = createLoad(book, {
    usage: usageJobs(source),
    clock: clockJobs(source),
    account,
    money: moneyJobs(source, sandbox),
    change: changeJobs(source),
    correction: correctionJobs(source),
  });
  const first = Array.from({ length: FIRST_ACCOUNTS }, account);
  await load.finish(
    api,
    first.filter((job) => job !== null),
  );
  return load;
}

/**
 * What does not hold, in words: by what `farthing verify` looks at, which knows what the product makes of
 * its data, and by what was seen from outside, which does not.
 */
export async function breachesOf(chapter: Chapter, when: "always" | "settled"): Promise<string[]> {
  const journal = sandboxJournal(() => chapter.sandbox.charges());
  const verdicts = await verifyDatabase(chapter.databaseUrl, { journal });
  const verified = verdicts.flatMap(({ breaches: found }) => found.map(inWords));
  const evidence = await gatherEvidence(chapter);
  const breaches = await withDatabase(chapter.databaseUrl, (db) =>
    findBreaches(db, when, evidence),
  );
  return [...chapter.book.problems, ...verified, ...breaches];
}

const inWords = ({ invariant, kind, id, expected, found }: Breach) =>
  `farthing verify: ${invariant}: ${kind} ${id}: expected ${expected}, found ${found}`;

/** Has everything answered that is not answered yet, bills it, and looks until all has settled. */
export async function settledBreaches(chapter: Chapter): Promise<readonly string[]> {
  const { book, load, api, chance, eventually } = chapter;
  await load.finish(api, []);
  const travellers = book.accounts.filter(({ clockMs }) => clockMs !== null);
  await load.finish(
    api,
    travellers.map((account) => clockJob(account, 1)),
  );
  let breaches: readonly string[] = [];
  const isSettled = async () => {
    breaches = await breachesOf(chapter, "settled");
    if (breaches.length > 0) throw new Error(breaches.join("\n"));
  };
  await eventually(isSettled).catch((error: unknown) => {
    if (breaches.length === 0) throw error;
  });
  if (breaches.length > 0) return breaches;
  return findBreachesByApi(api, book, chance);
}
