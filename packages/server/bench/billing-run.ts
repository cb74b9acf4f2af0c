import pg from "pg";
import { CLOSE_BATCH_MAX, closeDue } from "#flows/close-due.ts";
import { idSource } from "#kernel/ids.ts";
import { periodStart } from "#kernel/interval.ts";
import { openDatabase } from "#platform/db/database.ts";
import { engineBy } from "#test/support/builders/engine.ts";
import { ANCHOR, seedSubscriptions, seedUsage } from "./billing-run-seed.ts";
import { closeBySql } from "./billing-run-sql.ts";
import { startBillingWorkers } from "./billing-workers.ts";
import { type Figure, figureOf, median } from "./support/figures.ts";

interface Effort {
  readonly subscriptions: number;
  readonly rounds: number;
}

const QUICK: Effort = { subscriptions: 6_000, rounds: 2 };
const FULL: Effort = { subscriptions: 20_000, rounds: 5 };

const ANCHORING = {
  anchorMs: Date.parse(ANCHOR),
  interval: { unit: "month", count: 1 },
  timeZone: "UTC",
} as const;

/** The engine in this process, SQL alone, and the engine in one or two processes of its own. */
const WAYS = ["engine", "sql", "oneWorker", "twoWorkers"] as const;

type Way = (typeof WAYS)[number];

/** Subscriptions closed in a second, one figure a round. */
type Rates = Readonly<Record<Way, number[]>>;

/**
 * Closing billing periods, against SQL alone that writes the same rows on the same database, and with
 * two workers against one, in turns and in transactions of equally many subscriptions.
 */
export async function measureBillingRun(ownerUrl: string, isQuick: boolean): Promise<Figure[]> {
  const rates = await measureRates(ownerUrl, isQuick ? QUICK : FULL);
  return [
    figureOf({
      figure: "billing.run",
      value: median(rates.engine),
      unit: "subscriptions/s",
      denominator: median(rates.sql),
      goal: 0.8,
    }),
    figureOf({
      figure: "billing.run.2workers",
      value: median(rates.twoWorkers),
      unit: "subscriptions/s",
      denominator: median(rates.oneWorker),
      goal: 1.4,
    }),
  ];
}

async function measureRates(ownerUrl: string, { subscriptions, rounds }: Effort): Promise<Rates> {
  const owner = new pg.Pool({
    connectionString: ownerUrl,
    max: 1,
    options: "-c search_path=farthing -c timezone=UTC",
  });
  // The database may be gone before the last idle connection has said goodbye.
  owner.on("error", () => undefined);
  let nowMs = ANCHORING.anchorMs;
  const db = openDatabase({ url: ownerUrl, connectionsMax: 4 });
  const engine = engineBy({
    clock: { now: () => nowMs },
    newId: idSource({ now: () => Date.now() }, Math.random),
  });
  const workers = await startBillingWorkers(ownerUrl, 2);
  const closing: Readonly<Record<Way, () => Promise<number>>> = {
    engine: () => closeDue(engine, db),
    sql: () => closeChunkBySql(owner, nowMs),
    oneWorker: () => workers.close(1, nowMs),
    twoWorkers: () => workers.close(2, nowMs),
  };
  const rates: Rates = { engine: [], sql: [], oneWorker: [], twoWorkers: [] };
  try {
    await seedSubscriptions(owner, subscriptions);
    // The first round of each warms up and is not counted.
    for (let period = 0; period < WAYS.length * (rounds + 1); period += 1) {
      await seedUsage(owner, period);
      nowMs = periodStart(ANCHORING, period + 1);
      const way = WAYS[period % WAYS.length] ?? "engine";
      const seconds = await secondsFor(subscriptions, closing[way]);
      if (period >= WAYS.length) rates[way].push(subscriptions / seconds);
    }
    return rates;
  } finally {
    await workers.stop();
    await db.close();
    await owner.end();
  }
}

let sqlIds = 1n << 50n;

/** SQL counts two events for each subscription that it closes. */
async function closeChunkBySql(owner: pg.Pool, nowMs: number): Promise<number> {
  sqlIds += BigInt(8 * (CLOSE_BATCH_MAX + 1));
  const nowIso = new Date(nowMs).toISOString();
  return (await closeBySql(owner, { nowIso, limit: CLOSE_BATCH_MAX, firstId: sqlIds })) / 2;
}

async function secondsFor(count: number, closeChunk: () => Promise<number>): Promise<number> {
  const startedMs = performance.now();
  let closed = 0;
  while (closed < count) {
    const chunk = await closeChunk();
    if (chunk === 0) throw new Error(`only ${closed} of ${count} subscriptions were due`);
    closed += chunk;
  }
  return (performance.now() - startedMs) / 1000;
}
