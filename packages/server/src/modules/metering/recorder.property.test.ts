import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import type { UsageEvent } from "#modules/metering/domain/index.ts";
import {
  type MeteringDatabase,
  NOW_MS,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";

let database: MeteringDatabase;

beforeAll(async () => {
  database = await openMeteringDatabase();
});

afterAll(() => database.close());

/** An event of one of three subscriptions; what carries the same number is the same event. */
function eventOf(subscriptions: readonly string[], number: number): UsageEvent {
  return usageEvent({
    subscription: subscriptions[number % subscriptions.length] ?? null,
    referenceId: `r${number}`,
    metric: number % 5 === 0 ? "returns" : "packages",
    quantity: number % 7 === 0 ? "-0.25" : "1.5",
    occurredAtMs: NOW_MS - (number % 11) * 4 * DAY_MS,
  });
}

/** Everything that is kept of these subscriptions, named by their place in the list. */
async function contentOf(subscriptions: readonly string[]): Promise<string[]> {
  const ids = subscriptions.map((id) => parseOwnedId("subscription", id)?.id);
  const rows = await database.fixtures.query<{ line: string }>(
    `select concat_ws(' ', array_position($1::bigint[], subscription_id), metric, period_start,
                      quantity, event_count) as line
       from usage_counter where subscription_id = any($1)
     union all
     select concat_ws(' ', array_position($1::bigint[], subscription_id), reference_id, metric,
                      quantity, occurred_at, period_start, closings)
       from usage_event where subscription_id = any($1)
     order by line`,
    [ids],
  );
  return rows.map(({ line }) => line);
}

test("any order, any cutting into batches and any repetition counts the same", async () => {
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  const reference = await recordAll([numbers], 1);
  expect(reference.filter((line) => line.includes(" r"))).not.toEqual([]);

  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...numbers, ...numbers], { minLength: 80, maxLength: 80 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 2 }),
      async (shuffled, sizes, servers) => {
        expect(await recordAll(batchesOf(shuffled, sizes), servers)).toEqual(reference);
      },
    ),
    { numRuns: 25 },
  );
});

/** Records batches of events of three new subscriptions, all at once; answers what is then kept. */
async function recordAll(batches: readonly number[][], servers: number): Promise<string[]> {
  const subscriptions = await database.fixtures.subscriptions(PROJECT, [{}, {}, {}]);
  const recorders = Array.from({ length: servers }, () => database.recorder());
  await Promise.all(
    batches.map(async (batch, index) =>
      recorders[index % servers]?.record(
        PROJECT,
        batch.map((number) => eventOf(subscriptions, number)),
      ),
    ),
  );
  await Promise.all(recorders.map((recorder) => recorder.close()));
  return contentOf(subscriptions);
}

function batchesOf(numbers: readonly number[], sizes: readonly number[]): number[][] {
  const batches: number[][] = [];
  for (let from = 0, index = 0; from < numbers.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    batches.push(numbers.slice(from, from + size));
    from += size;
  }
  return batches;
}
