import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { type OwnedId, ownedKey, parseOwnedId } from "#kernel/ids.ts";
import { unitsToNanos } from "#kernel/nanos.ts";
import { plainMeter, type UsageCounter, type UsageEvent } from "#modules/metering/domain/index.ts";
import { deferred } from "#test/support/deferred.ts";
import {
  type MeteringDatabase,
  NOW_MS,
  OTHER_PROJECT,
  openMeteringDatabase,
  PROJECT,
  usageEvent,
} from "#test/support/metering-database.ts";
import type { UsageRecorder } from "./recorder.ts";
import { lockUnbilledCounters, markCountersBilled, usageOf } from "./store.ts";
import { aggregateEventsOf, type EventsKey } from "./store-aggregate.ts";
import { type EventPage, listEventsOf } from "./store-events.ts";

const OCTOBER_MS = Date.parse("2026-10-01T00:00:00.000Z");
const NOVEMBER_MS = Date.parse("2026-11-01T00:00:00.000Z");
const LAST_MONTH_MS = NOW_MS - 25 * DAY_MS;

let database: MeteringDatabase;
let recorder: UsageRecorder;
let id: string;
let key: OwnedId;

beforeAll(async () => {
  database = await openMeteringDatabase();
  recorder = database.recorder();
});

afterAll(() => database.close());

beforeEach(async () => {
  const [made] = await database.fixtures.subscriptions(PROJECT, [{}]);
  id = present(made, "one was asked for");
  key = present(parseOwnedId("subscription", id), "fixtures have proper ids");
});

async function record(...events: Partial<UsageEvent>[]): Promise<void> {
  const outcomes = await recorder.record(
    PROJECT,
    events.map((changes) => usageEvent({ subscription: id, ...changes })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(events.map(() => "recorded"));
}

function unbilled(projectId = PROJECT): Promise<UsageCounter[]> {
  return database.db.inProject(projectId, (tx) =>
    lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]),
  );
}

async function bill(): Promise<UsageCounter[]> {
  return database.db.inProject(PROJECT, async (tx) => {
    const counters = await lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]);
    await markCountersBilled(tx, counters);
    return counters;
  });
}

describe("current usage", () => {
  const november = { startMs: NOVEMBER_MS, endMs: NOVEMBER_MS + 30 * DAY_MS, index: 1 };

  test("is what the running period counts, meter by meter", async () => {
    await record(
      { referenceId: "a", quantity: "2.5" },
      { referenceId: "b", metric: "returns" },
      { referenceId: "c", occurredAtMs: LAST_MONTH_MS },
      { referenceId: "d", quantity: "-0.5" },
    );
    const usage = await database.db.inProject(PROJECT, (tx) =>
      usageOf(tx, [{ ...key, period: november }]),
    );
    expect(usage.get(ownedKey(key))).toEqual([
      { meter: "packages", quantity: unitsToNanos(2n), eventCount: 2n },
      { meter: "returns", quantity: unitsToNanos(1n), eventCount: 1n },
    ]);
  });

  test("is nothing before the first period and in another project", async () => {
    await record({});
    const read = (projectId: number, period: typeof november | null) =>
      database.db.inProject(projectId, (tx) => usageOf(tx, [{ ...key, period }]));
    expect((await read(PROJECT, null)).size).toBe(0);
    expect((await read(OTHER_PROJECT, november)).size).toBe(0);
    expect((await read(PROJECT, november)).size).toBe(1);
  });
});

describe("unbilled counters", () => {
  test("are those that hold something no invoice has, in the order of their keys", async () => {
    await record(
      { referenceId: "a", metric: "returns" },
      { referenceId: "b" },
      { referenceId: "c", occurredAtMs: LAST_MONTH_MS },
    );
    const counters = await bill();
    expect(counters.map(({ meter, periodStartMs }) => [meter, periodStartMs])).toEqual([
      ["packages", OCTOBER_MS],
      ["packages", NOVEMBER_MS],
      ["returns", NOVEMBER_MS],
    ]);
    expect(await unbilled()).toEqual([]);

    await record({ referenceId: "d", quantity: "4" });
    expect(await unbilled()).toEqual([
      {
        customerId: key.customerId,
        subscriptionId: key.id,
        meter: "packages",
        periodStartMs: NOVEMBER_MS,
        quantity: unitsToNanos(5n),
        billedQuantity: unitsToNanos(1n),
        closings: 1,
      },
    ]);
  });

  test("are not seen by another project", async () => {
    await record({});
    expect(await unbilled(OTHER_PROJECT)).toEqual([]);
    expect(await unbilled()).toHaveLength(1);
  });

  test("of which nothing was used can be billed as well", async () => {
    const nothing: UsageCounter = {
      customerId: key.customerId,
      subscriptionId: key.id,
      meter: "packages",
      periodStartMs: NOVEMBER_MS,
      quantity: 0n,
      billedQuantity: 0n,
      closings: 0,
    };
    await database.db.inProject(PROJECT, (tx) => markCountersBilled(tx, [nothing]));
    await record({});
    expect(await unbilled()).toMatchObject([{ billedQuantity: 0n, closings: 1 }]);
  });

  test("that gained something after they were read are billed from the start again", async () => {
    const read = deferred();
    const gained = deferred();
    const seen: number[] = [];
    const nothing = { customerId: key.customerId, subscriptionId: key.id, meter: "packages" };
    const billing = database.db.inProject(PROJECT, async (tx) => {
      const counters = await lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]);
      seen.push(counters.length);
      read.resolve();
      await gained.promise;
      const billed =
        counters.length > 0
          ? counters
          : [
              {
                ...nothing,
                periodStartMs: NOVEMBER_MS,
                quantity: 0n,
                billedQuantity: 0n,
                closings: 0,
              },
            ];
      await markCountersBilled(tx, billed);
    });
    await read.promise;
    await record({ quantity: "3" });
    gained.resolve();
    await billing;
    expect(seen).toEqual([0, 1]);
    expect(await unbilled()).toEqual([]);
  });

  test("keep what is counted while they are billed for the next invoice, marked as late", async () => {
    await record({ referenceId: "a" });
    const locked = deferred();
    const goOn = deferred();
    const billing = database.db.inProject(PROJECT, async (tx) => {
      const counters = await lockUnbilledCounters(tx, [{ ...key, hasSharedMetrics: false }]);
      locked.resolve();
      await goOn.promise;
      await markCountersBilled(tx, counters);
    });
    await locked.promise;
    const late = record({ referenceId: "b" });
    goOn.resolve();
    await Promise.all([billing, late]);
    expect(await unbilled()).toMatchObject([{ quantity: unitsToNanos(2n), closings: 1 }]);
    const { quantity } = await database.db.inProject(PROJECT, (tx) =>
      aggregateEventsOf(tx, eventsKey(1), { earlierToo: false }),
    );
    expect(quantity).toBe(unitsToNanos(1n));
  });
});

function eventsKey(closings: number): EventsKey {
  return {
    customerId: key.customerId,
    subscriptionId: key.id,
    meter: plainMeter("packages"),
    periodStartMs: NOVEMBER_MS,
    closings,
  };
}

describe("the events behind a counter", () => {
  test("come page by page, each once", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `r${index}`);
    await record(
      ...names.map((referenceId) => ({ referenceId, properties: { name: referenceId } })),
      { referenceId: "of another metric", metric: "returns" },
      { referenceId: "of another period", occurredAtMs: LAST_MONTH_MS },
    );
    const pages: string[][] = [];
    for (let next: string | null | undefined; next !== null; ) {
      const cursor = next ?? null;
      const page: EventPage = await database.db.inProject(PROJECT, (tx) =>
        listEventsOf(tx, eventsKey(0), { cursor, limit: 3 }),
      );
      pages.push(page.events.map(({ referenceId }) => referenceId));
      next = page.nextCursor;
    }
    expect(pages).toEqual([["r0", "r1", "r2"], ["r3", "r4", "r5"], ["r6"]]);
  });

  test("are summed by when their period was billed", async () => {
    await record({ referenceId: "a", quantity: "1.5" }, { referenceId: "b", quantity: "2" });
    await bill();
    await record({ referenceId: "c", quantity: "-0.5" });
    const sum = (closings: number, earlierToo: boolean) =>
      database.db.inProject(PROJECT, (tx) =>
        aggregateEventsOf(tx, eventsKey(closings), { earlierToo }),
      );
    expect(await sum(0, false)).toEqual({ quantity: 3_500_000_000n, eventCount: 2n });
    expect(await sum(1, false)).toEqual({ quantity: -500_000_000n, eventCount: 1n });
    expect(await sum(1, true)).toEqual({ quantity: 3_000_000_000n, eventCount: 3n });
  });

  test("are not shown to another project", async () => {
    await record({});
    const page = await database.db.inProject(OTHER_PROJECT, (tx) =>
      listEventsOf(tx, eventsKey(0), { cursor: null, limit: 10 }),
    );
    expect(page.events).toEqual([]);
  });

  const base64 = (text: string) => Buffer.from(text).toString("base64url");

  test.each(["", "nonsense", base64("2026-13-01a"), base64("0000-01-01a")])(
    "cannot be listed from the cursor '%s'",
    async (cursor) => {
      const listing = database.db.inProject(PROJECT, (tx) =>
        listEventsOf(tx, eventsKey(0), { cursor, limit: 10 }),
      );
      await expect(listing).rejects.toMatchObject({ code: "cursor_invalid" });
    },
  );
});

describe("row-level security", () => {
  test("holds where a statement names no project at all", async () => {
    await record({ referenceId: "mine" });
    const count = (projectId: number, table: string) =>
      database.db.inProject(projectId, async (tx) => {
        const sql = `select count(*) as n from ${table} where subscription_id = $1`;
        return (await tx.query<{ n: bigint }>(sql, [key.id]))[0]?.n;
      });
    for (const table of ["usage_event", "usage_counter"]) {
      expect(await count(OTHER_PROJECT, table)).toBe(0n);
      expect(await count(PROJECT, table)).toBe(1n);
    }
  });

  test("also where a statement names a partition: the application may not", async () => {
    const peeking = database.db.inProject(PROJECT, (tx) =>
      tx.query("select 1 from usage_event_2026_11"),
    );
    await expect(peeking).rejects.toMatchObject({ code: "42501" });
  });

  test("lets nobody rewrite an event", async () => {
    await record({ referenceId: "fixed" });
    const rewriting = database.db.inProject(PROJECT, (tx) =>
      tx.query("update usage_event set quantity = 9 where subscription_id = $1", [key.id]),
    );
    await expect(rewriting).rejects.toMatchObject({ code: "42501" });
  });
});
