import type { UsageEvent } from "#modules/metering/domain/index.ts";
import type { UsageRecorder, UsageRecorderOptions } from "#modules/metering/index.ts";
import { createUsageRecorder, ensureUsagePartitions } from "#modules/metering/index.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";
import { type MeteringFixtures, openMeteringFixtures } from "#test/support/metering-fixtures.ts";
import { createTestDatabase } from "#test/support/postgres/test-database.ts";

export const NOW_MS = Date.parse("2026-11-21T12:00:00.000Z");
export const PROJECT = 2;
export const OTHER_PROJECT = 4;

/** A database in which two projects sell a plan with the metrics `packages` and `returns`. */
export interface MeteringDatabase {
  readonly ownerUrl: string;
  readonly db: Database;
  readonly clock: ManualClock;
  readonly fixtures: MeteringFixtures;
  /** A recorder on this database that reads its facts anew for each batch, closed with it. */
  recorder(options?: Partial<UsageRecorderOptions>): UsageRecorder;
  /** What counters hold, as `metric period quantity/billed count closings`, in their order. */
  counters(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openMeteringDatabase(): Promise<MeteringDatabase> {
  const { ownerUrl, drop } = await createTestDatabase();
  const clock = manualClock(NOW_MS);
  await ensureUsagePartitions(ownerUrl, clock);
  const db = openDatabase({ url: ownerUrl, connectionsMax: 4 });
  const fixtures = openMeteringFixtures(ownerUrl);
  for (const projectId of [PROJECT, OTHER_PROJECT]) {
    await fixtures.plan(projectId, ["packages", "returns"]);
  }
  const recorders: UsageRecorder[] = [];
  return {
    ownerUrl,
    db,
    clock,
    fixtures,
    recorder(options = {}) {
      const made = createUsageRecorder({ db, url: ownerUrl, clock, factsAgeMaxMs: 0, ...options });
      recorders.push(made);
      return made;
    },
    async counters() {
      const rows = await fixtures.query<{ line: string }>(
        `select concat_ws(' ', metric, to_char(period_start, 'YYYY-MM-DD'),
                          trim_scale(quantity) || '/' || trim_scale(billed_quantity), event_count,
                          closings) as line
           from usage_counter order by customer_id, subscription_id, metric, period_start`,
      );
      return rows.map(({ line }) => line);
    },
    async close() {
      await Promise.all(recorders.map((recorder) => recorder.close()));
      await db.close();
      await fixtures.close();
      await drop();
    },
  };
}

/** A package that is reported now. */
export function usageEvent(changes: Partial<UsageEvent>): UsageEvent {
  return {
    subscription: null,
    customer: null,
    metric: "packages",
    quantity: "1",
    referenceId: "r1",
    occurredAtMs: null,
    properties: null,
    ...changes,
  };
}
