import { assert } from "#kernel/assert.ts";
import { passMinute, withDatabase } from "#test/support/processes/database-process.ts";
import type { FaultOrder } from "#test/support/processes/fault-orders.ts";
import type { Chapter } from "./chapter.ts";
import type { Book } from "./load/book.ts";
import { addStrike, type Reach } from "./reach.ts";
import { killsDatabase, randomStrike, type Strike, told, watchFor } from "./strike.ts";

/** How many more answers those give who were not killed. */
const AFTER_MAX = 25;

/** Enough for the last hit that is waited for. */
const JOBS_STRUCK = 4;

/**
 * Asks and asks, kills, lets the survivors go on a little, and starts the dead again. Says what it did,
 * in a line.
 */
export async function runCycle(chapter: Chapter): Promise<string> {
  const { servers, cluster, reach, databaseUrl, book } = chapter;
  const strike = randomStrike(chapter.chance, reach);
  const { point, victim } = strike;
  const order = await orderOf(strike, chapter);
  wantFor(point, book);
  await addJobs(databaseUrl, point?.startsWith("job.") === true ? JOBS_STRUCK : 1);

  const isAtStart = point?.startsWith("start.") === true;
  const isReached = isAtStart
    ? await loadUntilStruck(chapter, { ...strike, point: null, victim: "server" }, null)
    : await loadUntilStruck(chapter, strike, order);
  if (killsDatabase(victim)) servers.excuse();
  await cluster.ensureUp();
  if (killsDatabase(victim)) await withDatabase(databaseUrl, passMinute);
  const startMs = await servers.revive(isAtStart ? order : null);
  return outcome(strike, reach, { isStruck: isAtStart || isReached, startMs });
}

/** Has the load ask for what leads to the point, which it would seldom by chance. */
function wantFor(point: Strike["point"], book: Book): void {
  if (point?.startsWith("refund.") === true) book.leaversWanted = 1;
  if (point?.startsWith("payer.") === true) book.cardsWanted.push("challenged");
  if (point === "change.refused") book.cardsWanted.push("declined");
}

function outcome(
  strike: Strike,
  reach: Reach,
  { isStruck, startMs }: { readonly isStruck: boolean; readonly startMs: number },
): string {
  const { point } = strike;
  if (point !== null && isStruck) addStrike(reach, point);
  const missed = point === null || isStruck ? "" : ", not reached";
  const up = startMs === 0 ? "" : `, up again in ${Math.round(startMs)} ms`;
  return `${told(strike)}${missed}${up}`;
}

async function orderOf(
  { point, hits, victim }: Strike,
  { cluster }: Chapter,
): Promise<FaultOrder | null> {
  if (point === null) return null;
  const postmaster = killsDatabase(victim) ? await cluster.postmaster() : null;
  return { point, hits, postmaster, killsServer: victim !== "database" };
}

/** The jobs that run once a day, for now: else a run would meet none of them. */
async function addJobs(databaseUrl: string, times: number): Promise<void> {
  await withDatabase(databaseUrl, (db) =>
    db.query(
      `select graphile_worker.add_job('make_partitions'),
              graphile_worker.add_job('forget_idempotency_keys')
         from generate_series(1, $1::int)`,
      [times],
    ),
  );
}

/** Answers whether the place was reached; else the strike came at the last moment that was left. */
async function loadUntilStruck(
  chapter: Chapter,
  strike: Strike,
  order: FaultOrder | null,
): Promise<boolean> {
  const { servers, cluster, load, api, sandbox } = chapter;
  const watch = watchFor(strike, sandbox.journalPath);
  const struck = () => Promise.race([servers.lost(), cluster.lost()]);
  const isStruck = struck().then(() => true);
  servers.order(order);
  const loading = load.run(api, watch.onAnswer);
  const isReached = await Promise.race([isStruck, watch.come.then(() => false)]);
  servers.order(null);
  await finishOff(chapter, strike, isReached);
  // Who lives on is not to wait for what the dead had leased, nor is this suite.
  if (!cluster.isLost()) await withDatabase(chapter.databaseUrl, passMinute);

  const survivors = servers.living().filter(({ role }) => role !== "worker");
  if (!cluster.isLost() && survivors.length > 0) {
    await Promise.race([watch.more(AFTER_MAX), struck()]);
  }
  load.stop();
  await endedSoon(loading, chapter);
  watch.close();
  return isReached;
}

/** A payment whose outcome is not known rests for half a minute, and its clock with it: that passes here. */
async function endedSoon(loading: Promise<void>, chapter: Chapter): Promise<void> {
  const { eventually, cluster, databaseUrl } = chapter;
  let isEnded = false;
  const ended = loading.then(() => {
    isEnded = true;
  });
  const passing = eventually(async () => {
    if (!isEnded && !cluster.isLost()) await withDatabase(databaseUrl, passMinute);
    assert(isEnded, "some requests are still being answered");
  });
  // Of a database that is lost meanwhile the load hears, too.
  passing.catch(() => undefined);
  await ended;
}

/** Kills whoever is to die and lives still. */
async function finishOff(
  { servers, cluster, chance }: Chapter,
  { victim }: Strike,
  isReached: boolean,
): Promise<void> {
  if (killsDatabase(victim)) servers.excuse();
  const living = servers.living();
  const isAll = victim === "servers" || victim === "everything";
  const one = isReached || victim === "database" ? undefined : chance.oneOf(living);
  await Promise.all([
    servers.kill(isAll ? living : living.filter((seat) => seat === one)),
    killsDatabase(victim) ? cluster.kill() : null,
  ]);
}
