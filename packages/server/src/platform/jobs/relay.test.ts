import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idSource } from "#kernel/ids.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { type RecordingLog, recordingLog } from "#test/support/recording-log.ts";
import { type LogRange, readLog } from "./event-log.ts";
import { appendToOutbox } from "./outbox.ts";
import { createRelayPass, type EventConsumer } from "./relay.ts";

const newId = idSource({ now: () => Date.UTC(2026, 0, 1) }, () => 0.5);
let testDatabase: TestDatabase;
let db: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.ownerUrl, connectionsMax: 8 });
});
afterAll(async () => {
  await db.close();
  await testDatabase.drop();
});

async function happen(projectId: number, count: number, type = "invoice.paid"): Promise<bigint[]> {
  const events = Array.from({ length: count }, (_, index) => ({
    customerId: BigInt(1 + (index % 7)),
    id: newId(),
    type,
    data: { invoice: { total: "11699.00" } },
    occurredAtMs: Date.UTC(2026, 0, 1),
  }));
  await db.inProject(projectId, (tx) => appendToOutbox(tx, events));
  return events.map((event) => event.id);
}

const logFrom = (projectId: number, range: Partial<LogRange>) =>
  db.inProject(projectId, (tx) =>
    readLog(tx, { afterNumber: 0n, countMax: 100_000, types: null, ...range }),
  );

const logOf = async (projectId: number) => (await logFrom(projectId, {})).events;

const outboxCount = (projectId: number) =>
  db.inProject(projectId, async (tx) => (await tx.query("select id from outbox")).length);

function relayWith(log: RecordingLog, batchSize: number, ...consumers: EventConsumer[]) {
  return createRelayPass({ db, consumers, log, batchSize });
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => BigInt(index + 1));

describe("the log", () => {
  test("is read by type, saying how far it was looked through", async () => {
    const project = 20;
    await happen(project, 3);
    await happen(project, 1, "invoice.finalized");
    await happen(project, 2);
    await relayWith(recordingLog(), 500)();
    const types = ["invoice.finalized"];
    const numbersOf = async (range: Partial<LogRange>) => {
      const { events, readTo } = await logFrom(project, { types, ...range });
      return { numbers: events.map((event) => event.number), readTo };
    };
    expect(await numbersOf({})).toEqual({ numbers: [4n], readTo: 6n });
    expect(await numbersOf({ countMax: 1 })).toEqual({ numbers: [4n], readTo: 4n });
    expect(await numbersOf({ afterNumber: 4n })).toEqual({ numbers: [], readTo: 6n });
    expect(await numbersOf({ afterNumber: 99n })).toEqual({ numbers: [], readTo: 99n });
  });

  test("is looked through for rare types a piece at a time", async () => {
    const project = 21;
    await happen(project, 10_003);
    await relayWith(recordingLog(), 20_000)();
    const range = { types: ["invoice.finalized"] };
    const { events, readTo, lastNumber } = await logFrom(project, range);
    expect({ events, readTo, lastNumber }).toEqual({
      events: [],
      readTo: 10_000n,
      lastNumber: 10_003n,
    });
    expect(await logFrom(project, { ...range, afterNumber: readTo })).toMatchObject({
      readTo: 10_003n,
    });
  });
});

describe("the relay", () => {
  test("numbers each project's events from 1, in the order of their ids, whole", async () => {
    const first = await happen(2, 3);
    await happen(3, 1);
    const seen: bigint[] = [];
    const relay = relayWith(recordingLog(), 500, async (tx, events) => {
      seen.push(...events.map((event) => BigInt(tx.projectId) * 1000n + event.number));
    });
    expect(await relay()).toBe(4);
    expect(await relay()).toBe(0);

    expect(seen).toEqual([2001n, 2002n, 2003n, 3001n]);
    const logged = await logOf(2);
    expect(logged.map((event) => event.id)).toEqual(first);
    expect(logged[0]).toEqual({
      customerId: 1n,
      id: first[0],
      number: 1n,
      type: "invoice.paid",
      data: { invoice: { total: "11699.00" } },
      occurredAtMs: Date.UTC(2026, 0, 1),
    });
    const { events, ...place } = await logFrom(2, { afterNumber: 1n, countMax: 1 });
    expect(events.map((event) => event.number)).toEqual([2n]);
    expect(place).toEqual({ readTo: 2n, lastNumber: 3n });
    expect(await outboxCount(2)).toBe(0);
  });

  test("leaves no gap and numbers nothing twice when relays race writers and each other", async () => {
    const project = 4;
    const told: bigint[][] = [[], []];
    const relays = told.map((numbers) =>
      relayWith(recordingLog(), 20, async (_tx, events) => {
        numbers.push(...events.map((event) => event.number));
      }),
    );
    const writing = Promise.all(Array.from({ length: 30 }, () => happen(project, 33)));
    let isWriting = true;
    void writing.then(() => {
      isWriting = false;
    });
    const followed: bigint[] = [];
    const follow = async (): Promise<void> => {
      const page = await logFrom(project, { afterNumber: BigInt(followed.length), countMax: 50 });
      followed.push(...page.events.map((event) => event.number));
      expect(page.readTo).toBe(BigInt(followed.length));
    };
    const relaying = Promise.all(
      relays.map(async (relay) => {
        while (isWriting) await relay();
        await relay();
      }),
    );
    while (isWriting) await follow();
    await relaying;
    while (followed.length < 990) await follow();
    expect(followed).toEqual(upTo(990));

    const logged = await logOf(project);
    expect(logged.map((event) => event.number)).toEqual(upTo(990));
    expect(new Set(logged.map((event) => event.id)).size).toBe(990);
    expect(told.flat().toSorted((a, b) => Number(a - b))).toEqual(upTo(990));
    expect(told.every((numbers) => numbers.length > 0)).toBe(true);
  });

  test("undoes a batch whose consumer fails, and serves the other projects meanwhile", async () => {
    await happen(6, 5);
    await happen(7, 2);
    const log = recordingLog();
    const failing = relayWith(log, 500, async (tx) => {
      if (tx.projectId === 6) throw new Error("no room");
    });
    expect(await failing()).toBe(2);
    expect(log.entries).toMatchObject([{ level: "error", details: { projectId: 6 } }]);
    expect(await logOf(6)).toEqual([]);
    expect(await outboxCount(6)).toBe(5);

    expect(await relayWith(log, 500)()).toBe(5);
    expect((await logOf(6)).map((event) => event.number)).toEqual(upTo(5));
  });

  test("empties a long backlog in batches", async () => {
    await happen(8, 250);
    const sizes: number[] = [];
    const relay = relayWith(recordingLog(), 100, async (_tx, events) => {
      sizes.push(events.length);
    });
    expect(await relay()).toBe(250);
    expect(sizes).toEqual([100, 100, 50]);
  });
});
