import { join } from "node:path";
import { type Chance, chanceOf } from "./chance.ts";
import { passMinute, withDatabase } from "./database-process.ts";
import { findBreachesByApi } from "./invariants/by-api.ts";
import { findBreaches } from "./invariants/check.ts";
import { gatherEvidence } from "./invariants/evidence.ts";
import { createLives, type Lives } from "./lives.ts";
import { accountJobs } from "./load/account-jobs.ts";
import { type Api, apiOf } from "./load/api.ts";
import { type Book, emptyBook } from "./load/book.ts";
import { clockJob, clockJobs } from "./load/clock-jobs.ts";
import { createLoad, type Load } from "./load/load.ts";
import { publishPlans } from "./load/plans.ts";
import { usageJobs } from "./load/usage-jobs.ts";
import { type Moment, randomMoment, watchFor } from "./moment.ts";

export interface CrashOptions {
  /** The same seed makes the same decisions; what they meet is up to the machine. */
  readonly seed: number;
  /** How often the server is killed under load. */
  readonly cycles: number;
  /** An empty folder that any user may enter. */
  readonly dataDir: string;
  readonly port: number;
  /** Told what happens, a line at a time. */
  readonly onProgress: (line: string) => void;
  /** Calls `check` again and again until it does not throw; in the end it throws what that threw. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
}

export interface CrashReport {
  /** Everything that is not as it should be, in words; nothing when all is well. */
  readonly breaches: readonly string[];
  readonly eventCount: number;
  readonly accountCount: number;
  readonly chargeCount: number;
}

/** Everything that one run holds in its hands. */
interface Run {
  readonly options: CrashOptions;
  readonly chance: Chance;
  readonly book: Book;
  readonly lives: Lives;
}

const FIRST_ACCOUNTS = 8;

/** Nothing then keeps the end of the run waiting. */
const LAST = { killsDatabase: false, isLongOutage: true };

/**
 * Kills the server under load, again and again, checks after each restart what must hold at any time,
 * and in the end, when everything that was asked for has been done, what must hold then. Stops at the
 * first kill that broke something.
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const chance = chanceOf(options.seed);
  const run = { options, chance, book: emptyBook(), lives: createLives(options) };
  try {
    let api = apiOf(await run.lives.begin());
    const load = await prepareLoad(run, api);
    let breaches: readonly string[] = [];
    for (let cycle = 1; cycle <= options.cycles && breaches.length === 0; cycle += 1) {
      const isLast = cycle === options.cycles;
      const moment = { ...randomMoment(chance), ...(isLast ? LAST : {}) };
      await loadUntil(moment, run, load, api);
      api = await beginAgain(`kill ${cycle}`, moment, run);
      breaches = await breachesOf(run, api, "always");
    }
    if (breaches.length === 0) breaches = await settledBreaches(run, load, api);
    const { charges } = await gatherEvidence(run.book, api);
    return {
      breaches: [...breaches, ...run.lives.complaints()],
      eventCount: run.book.events.length,
      accountCount: run.book.accounts.length,
      chargeCount: charges.length,
    };
  } finally {
    await run.lives.end();
  }
}

/** Publishes the plans and sells them a few times, so that there is something to load. */
async function prepareLoad({ book, chance }: Run, api: Api): Promise<Load> {
  const plans = await publishPlans(api);
  const source = { book, chance };
  const account = accountJobs(source, plans);
  const load = createLoad(book, {
    usage: usageJobs(source),
    clock: clockJobs(source),
    account,
  });
  const first = Array.from({ length: FIRST_ACCOUNTS }, account);
  await load.finish(
    api,
    first.filter((job) => job !== null),
  );
  return load;
}

/** Asks and asks until the moment has come, kills, and waits for the last request to break off. */
async function loadUntil(moment: Moment, run: Run, load: Load, api: Api): Promise<void> {
  const watch = watchFor(moment, join(run.options.dataDir, "stripe-sandbox.jsonl"));
  const loading = load.run(api, watch.onAnswer);
  await watch.come;
  watch.close();
  const killed = run.lives.kill({ database: moment.killsDatabase });
  load.stop();
  await Promise.all([killed, loading]);
}

async function beginAgain(name: string, moment: Moment, { lives, options, book }: Run) {
  const { at, count, killsDatabase, isLongOutage, killedPhase } = moment;
  if (isLongOutage) await withDatabase(options, passMinute);
  if (killedPhase !== null) await lives.beginAndKill(killedPhase);
  const ready = await lives.begin();
  const also = [
    ...(killsDatabase ? ["with the database"] : []),
    ...(isLongOutage ? ["for a minute"] : []),
    ...(killedPhase === null ? [] : [`and at phase ${killedPhase} of the start`]),
  ];
  options.onProgress(
    [
      `${name}: ${at} ${count}`,
      ...also,
      `${book.events.length} events so far`,
      `up again in ${Math.round(ready.startMs)} ms`,
    ].join(", "),
  );
  return apiOf(ready);
}

async function breachesOf({ book, options }: Run, api: Api, when: "always" | "settled") {
  const evidence = await gatherEvidence(book, api);
  const breaches = await withDatabase(options, (db) => findBreaches(db, when, evidence));
  return [...book.problems, ...breaches];
}

/** Has everything answered that is not answered yet, bills it, and looks until all has settled. */
async function settledBreaches(run: Run, load: Load, api: Api): Promise<readonly string[]> {
  const { book, options, chance } = run;
  await load.finish(api, []);
  const travellers = book.accounts.filter(({ clockMs }) => clockMs !== null);
  await load.finish(
    api,
    travellers.map((account) => clockJob(account, 1)),
  );
  let breaches: readonly string[] = [];
  const isSettled = async () => {
    breaches = await breachesOf(run, api, "settled");
    if (breaches.length > 0) throw new Error(breaches.join("\n"));
  };
  await options.eventually(isSettled).catch((error: unknown) => {
    if (breaches.length === 0) throw error;
  });
  if (breaches.length > 0) return breaches;
  return findBreachesByApi(api, book, chance);
}
