import { afterAll, beforeAll, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { parseOwnedId } from "#kernel/ids.ts";
import { receiptAt } from "#modules/metering/domain/index.ts";
import { deferred } from "#test/support/deferred.ts";
import {
  type MeteringDatabase,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";
import { recordLate } from "./store-recording.ts";

const TURN_MS = Date.parse("2026-12-01T00:00:00.000Z");

let database: MeteringDatabase;

beforeAll(async () => {
  database = await openMeteringDatabase();
});

afterAll(() => database.close());

/** Two servers of which one believes in November and the other in December. */
function servers(beforeMs: number, afterMs: number) {
  const at = (nowMs: number) => database.recorder({ clock: { now: () => nowMs } });
  return [at(TURN_MS - beforeMs), at(TURN_MS + afterMs)] as const;
}

test.each([
  { beforeMs: 1, afterMs: 0, because: "they meet at the turn itself" },
  { beforeMs: 30_000, afterMs: 29_999, because: "their clocks are a minute apart" },
  { beforeMs: 60_000, afterMs: 0, because: "only one of them has turned" },
])("a reference that both get at once counts once: $because", async ({ beforeMs, afterMs }) => {
  const [id = ""] = await database.fixtures.subscriptions(PROJECT, [{}]);
  const events = Array.from({ length: 40 }, (_, index) =>
    usageEvent({ subscription: id, referenceId: `r${index}`, occurredAtMs: TURN_MS - 120_000 }),
  );
  const answers = await Promise.all(
    servers(beforeMs, afterMs).flatMap((server, number) =>
      // The second server takes them the other way round, an event at a time.
      (number === 0 ? events : events.toReversed()).map((event) => server.record(PROJECT, [event])),
    ),
  );
  const statuses = answers.flat().map(({ status }) => status);
  expect(statuses.filter((status) => status === "recorded")).toHaveLength(40);
  expect(statuses.filter((status) => status === "duplicate")).toHaveLength(40);
});

test("who comes second waits for what the first is about to commit under the other month", async () => {
  const [id = ""] = await database.fixtures.subscriptions(PROJECT, [{}]);
  const { customerId, id: subscriptionId } = present(parseOwnedId("subscription", id), "an id");
  const event = usageEvent({ subscription: id, occurredAtMs: TURN_MS - 120_000 });
  const planned = {
    ...event,
    key: `${customerId}:${subscriptionId}:r1`,
    customerId,
    subscriptionId,
    occurredAtMs: TURN_MS - 120_000,
    givenAtMs: TURN_MS - 120_000,
    receivedAtMs: TURN_MS - 1,
    periodStartMs: Date.parse("2026-11-01T00:00:00.000Z"),
    isPeriodOpen: true,
    isOnTestClock: false,
    feeds: null,
  };
  const [stored, goOn] = [deferred(), deferred()];
  const november = database.db.inProject(PROJECT, async (tx) => {
    const receipt = receiptAt(TURN_MS - 1);
    await recordLate(tx, { events: [planned], receipt, search: "receipt-months" });
    stored.resolve();
    await goOn.promise;
  });
  await stored.promise;
  const [, december] = servers(1, 0);
  const second = december.record(PROJECT, [event]);
  await untilSomebodyWaits();
  goOn.resolve();
  await november;
  expect(await second).toEqual([{ status: "duplicate" }]);
});

/** Asks until the second server stands before the lock that the first one holds. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const waiting = await database.fixtures.query(
      "select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
    );
    if (waiting.length > 0) return;
  }
}
