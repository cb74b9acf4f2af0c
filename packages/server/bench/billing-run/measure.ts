import pg from "pg";
import { CLOSE_BATCH_MAX, closeDue } from "#flows/close-due.ts";
import type { Engine } from "#flows/engine.ts";
import { idSource } from "#kernel/ids.ts";
import { periodStart } from "#kernel/interval.ts";
import { createPlanCache } from "#modules/catalog/index.ts";
import { openDatabase } from "#platform/db/database.ts";
import { ANCHOR, seedSubscriptions, seedUsage } from "./seed.ts";
import { closeBySql } from "./sql-run.ts";

export interface BillingRunRates {
  /** Subscriptions closed in a second, one figure a round. */
  readonly engine: readonly number[];
  readonly sql: readonly number[];
}

const ANCHORING = {
  anchorMs: Date.parse(ANCHOR),
  interval: { unit: "month", count: 1 },
  timeZone: "UTC",
} as const;

/**
 * Closes one billing period of every subscription by the engine and the next one by SQL alone, in
 * turns on the same database, one worker each, in transactions of equally many subscriptions.
 * `ownerUrl` is a migrated, empty database.
 */
export async function measureBillingRun(
  ownerUrl: string,
  { subscriptions, rounds }: { readonly subscriptions: number; readonly rounds: number },
): Promise<BillingRunRates> {
  const owner = new pg.Pool({
    connectionString: ownerUrl,
    max: 1,
    options: "-c search_path=farthing -c timezone=UTC",
  });
  let nowMs = ANCHORING.anchorMs;
  const clock = { now: () => nowMs };
  const db = openDatabase({ url: ownerUrl, connectionsMax: 2 });
  const engine: Engine = {
    clock,
    newId: idSource({ now: () => Date.now() }, Math.random),
    plans: createPlanCache(),
  };
  try {
    await seedSubscriptions(owner, subscriptions);
    const rates = { engine: [] as number[], sql: [] as number[] };
    // The first round of both warms up and is not counted.
    for (let period = 0; period < 2 * (rounds + 1); period += 1) {
      await seedUsage(owner, period);
      nowMs = periodStart(ANCHORING, period + 1);
      const isEngine = period % 2 === 0;
      const seconds = await secondsFor(subscriptions, () =>
        isEngine ? closeDue(engine, db) : closeChunkBySql(owner, nowMs),
      );
      if (period >= 2) rates[isEngine ? "engine" : "sql"].push(subscriptions / seconds);
    }
    return rates;
  } finally {
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
