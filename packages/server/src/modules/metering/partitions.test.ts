import { afterAll, beforeAll, expect, test } from "vitest";
import { manualClock } from "#test/support/manual-clock.ts";
import { withAdmin } from "#test/support/postgres/template.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { ensureUsagePartitions } from "./partitions.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

function partitions(): Promise<string[]> {
  return withAdmin(database.ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ line: string }>(
      `select relname || ' ' || pg_get_expr(relpartbound, oid) as line from pg_class
        where oid in (select inhrelid from pg_inherits
                       where inhparent = 'farthing.usage_event'::regclass)
        order by relname`,
    );
    return rows.map(({ line }) => line);
  });
}

test("last month, this one and the next two have a partition, whoever makes them how often", async () => {
  const clock = manualClock(Date.parse("2026-12-31T23:59:59.000Z"));
  await Promise.all([
    ensureUsagePartitions(database.ownerUrl, clock),
    ensureUsagePartitions(database.ownerUrl, clock),
  ]);
  await ensureUsagePartitions(database.ownerUrl, clock);
  expect(await partitions()).toEqual([
    "usage_event_2026_11 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')",
    "usage_event_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')",
    "usage_event_2027_01 FOR VALUES FROM ('2027-01-01') TO ('2027-02-01')",
    "usage_event_2027_02 FOR VALUES FROM ('2027-02-01') TO ('2027-03-01')",
  ]);
});

test("a month later one is added", async () => {
  const clock = manualClock(Date.parse("2027-01-01T00:00:00.000Z"));
  await ensureUsagePartitions(database.ownerUrl, clock);
  expect(await partitions()).toHaveLength(5);
});
