import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { formatNanos, NANOS_PER_UNIT } from "#kernel/nanos.ts";
import { eventFee, type PercentageModel } from "#modules/rating/domain/index.ts";
import {
  type MeteringDatabase,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";
import type { UsageRecorder } from "./recorder.ts";
import { lockUnbilledCounters, markCountersBilled } from "./store.ts";
import { tallyEvents } from "./store-tallies.ts";

const NOVEMBER_MS = Date.parse("2026-11-01T00:00:00.000Z");

let database: MeteringDatabase;
let recorder: UsageRecorder;
beforeAll(async () => {
  database = await openMeteringDatabase();
  recorder = database.recorder();
});
afterAll(() => database.close());

const quantities = fc
  .bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
  .filter((quantity) => quantity !== 0n);

const bound = fc.option(fc.bigInt({ min: 0n, max: 10n ** 16n }), { nil: null });
const models = fc
  .record({
    rate: fc.bigInt({ min: 0n, max: NANOS_PER_UNIT }),
    feePerEvent: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    feeMinimum: bound,
    feeMaximum: bound,
  })
  .map((terms): PercentageModel => {
    return { type: "percentage", includedQuantity: 0n, includedEvents: 0n, ...terms };
  });

/** What the domain says of each event, added up. */
function tallyOf(model: PercentageModel, events: readonly bigint[]) {
  return {
    count: events.reduce((sum, quantity) => sum + (quantity < 0n ? -1n : 1n), 0n) * NANOS_PER_UNIT,
    fees: events.reduce((sum, quantity) => sum + eventFee(model, quantity), 0n),
  };
}

test("the database adds up the same fees as the domain, before and after a closing", async () => {
  const events = fc.array(quantities, { maxLength: 8 });
  const priced = fc.array(models, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(events, events, priced, async (inTime, late, asked) => {
      const [id] = await database.fixtures.subscriptions(PROJECT, [{}]);
      const subscription = present(id, "one was asked for");
      const key = present(parseOwnedId("subscription", subscription), "fixtures have proper ids");
      const record = (name: string, reported: readonly bigint[]) =>
        recorder.record(
          PROJECT,
          reported.map((quantity, index) =>
            usageEvent({
              subscription,
              referenceId: `${name}-${index}`,
              quantity: formatNanos(quantity),
            }),
          ),
        );
      await record("in time", inTime);
      await database.db.inProject(PROJECT, async (tx) => {
        await markCountersBilled(
          tx,
          await lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]),
        );
      });
      await record("late", late);

      const { customerId, id: subscriptionId } = key;
      const closings = inTime.length === 0 ? 0 : 1;
      const period = { customerId, subscriptionId, metric: "packages", periodStartMs: NOVEMBER_MS };
      const tallies = await database.db.inProject(PROJECT, (tx) =>
        tallyEvents(
          tx,
          asked.map((model) => ({ ...period, closings, model })),
        ),
      );

      expect(tallies).toEqual(
        asked.map((model) => ({
          all: tallyOf(model, [...inTime, ...late]),
          billed: tallyOf(model, inTime),
        })),
      );
    }),
    { numRuns: 15 },
  );
});

test("a counter whose new events cancel out is billed again, once", async () => {
  const [id] = await database.fixtures.subscriptions(PROJECT, [{}]);
  const subscription = present(id, "one was asked for");
  const key = present(parseOwnedId("subscription", subscription), "fixtures have proper ids");
  const report = (...reported: readonly string[]) =>
    recorder.record(
      PROJECT,
      reported.map((quantity) =>
        usageEvent({ subscription, quantity, referenceId: `by ${quantity}` }),
      ),
    );
  const bill = () =>
    database.db.inProject(PROJECT, async (tx) => {
      const counters = await lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]);
      await markCountersBilled(tx, counters);
      return counters.map(({ quantity, closings }) => [formatNanos(quantity), closings]);
    });

  await report("5");
  expect(await bill()).toEqual([["5", 0]]);
  await report("2", "-2");
  expect(await bill()).toEqual([["5", 1]]);
  expect(await bill()).toEqual([]);
});
