import pg from "pg";
import { closeDue } from "#flows/close-due.ts";
import { idSource } from "#kernel/ids.ts";
import { ensureUsagePartitions } from "#modules/metering/index.ts";
import { verifyProject } from "#modules/verification/index.ts";
import { openDatabase } from "#platform/db/database.ts";
import { engineBy } from "#test/support/builders/engine.ts";
import { PROJECT_ID, seedSubscriptions, seedUsage } from "./billing-run-seed.ts";
import { startBenchDatabase } from "./support/database.ts";

/*
 * How much `farthing verify` looks at in a second, in this process and beside nobody else's writes:
 * node --conditions=source --import tsx packages/server/bench/verify.ts
 */
const SUBSCRIPTIONS = 10_000;
const CLOSED_AT = Date.parse("2026-02-01T00:00:00Z");
const ROUNDS = 3;

const { ownerUrl, stop } = await startBenchDatabase();
const clock = { now: () => CLOSED_AT };
const db = openDatabase({ url: ownerUrl, connectionsMax: 4 });
const owner = new pg.Pool({
  connectionString: ownerUrl,
  max: 1,
  options: "-c search_path=farthing",
});
try {
  await ensureUsagePartitions(ownerUrl, clock);
  await seedSubscriptions(owner, SUBSCRIPTIONS);
  await seedUsage(owner, 0);
  // As many events as the counters say, which add up to what they say.
  await owner.query(
    `insert into usage_event
            (customer_id, subscription_id, reference_id, received_month, project_id, metric, quantity,
             occurred_at, received_at, period_start, closings)
     select customer_id, subscription_id, metric || '-' || n, date '2026-02-01', project_id, metric,
            case when n = 1 then quantity - 9 else 1 end, period_start, period_start, period_start, 0
       from usage_counter, generate_series(1, 10) as n`,
  );
  await owner.query("vacuum analyze usage_event");
  const engine = engineBy({ clock, newId: idSource(clock, Math.random) });
  for (let closed = 1; closed > 0; ) closed = await closeDue(engine, db);
  await owner.query("analyze");

  for (let round = 0; round < ROUNDS; round += 1) {
    const startedMs = performance.now();
    const { checked, counts } = await verifyProject(db, PROJECT_ID);
    const seconds = (performance.now() - startedMs) / 1000;
    const aSecond = (count: number) => Math.round(count / seconds);
    console.log(
      JSON.stringify({
        seconds: Number(seconds.toFixed(2)),
        subscriptions_per_second: aSecond(checked.subscriptions),
        events_per_second: aSecond(checked.usageEvents),
        checked,
        // The seed tells no events of its own; nothing else may be broken.
        counts,
      }),
    );
  }
} finally {
  await db.close();
  await owner.end();
  await stop();
}
