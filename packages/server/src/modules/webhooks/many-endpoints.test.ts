import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { SECOND_MS } from "#kernel/clock.ts";
import { idSource } from "#kernel/ids.ts";
import { type Database, openDatabase } from "#platform/db/database.ts";
import { createPoster, type Poster } from "#platform/outbound/post.ts";
import { deferred } from "#test/support/deferred.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { recordingLog } from "#test/support/recording-log.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { testDialects as dialects, relayEvents } from "#test/support/webhook-traffic.ts";
import { createDeliverer, createEndpoint, listDeliveries } from "./index.ts";

const ENDPOINTS = 50;
/** What the endpoint at `/dead` alone is told. */
const DEAD_TYPE = "payment.succeeded";

const clock = { now: () => Date.now() };
const newId = idSource(clock, Math.random);
const customerId = newId();

let testDatabase: TestDatabase;
let db: Database;
let receiver: WebhookReceiver;
let poster: Poster;
// A project for each test, so that none sees what another left.
let projectId = 1;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.ownerUrl, connectionsMax: 8 });
});
beforeEach(async () => {
  projectId += 2;
  receiver = await startWebhookReceiver();
  poster = createPoster({ privateAddresses: "allow" });
});
afterEach(async () => {
  poster.close();
  await receiver.close();
  await db.inProject(projectId, (tx) =>
    tx.query("update webhook_delivery set next_attempt_at = null, status = 'failed'"),
  );
});
afterAll(async () => {
  await db.close();
  await testDatabase.drop();
});

async function addEndpoint(path: string, type = "invoice.paid"): Promise<bigint> {
  const { endpointId } = await db.inProject(projectId, (tx) =>
    createEndpoint(
      tx,
      { clock, newId, dialects },
      {
        url: `http://127.0.0.1:${receiver.port}${path}`,
        side: "sandbox",
        dialect: "native",
        eventTypes: [type],
      },
    ),
  );
  return endpointId;
}

async function addFifty(): Promise<void> {
  for (let number = 1; number <= ENDPOINTS; number += 1) await addEndpoint(`/hooks/${number}`);
}

const happen = (type: string, count: number) =>
  relayEvents(
    { db, clock, newId, dialects },
    { projectId, customerId },
    Array.from({ length: count }, () => ({ type, data: {} })),
  );

function delivererWith(options: Partial<Parameters<typeof createDeliverer>[0]> = {}) {
  const log = recordingLog();
  return createDeliverer({ db, newId, clock, random: () => 0, poster, log, ...options });
}

/** Answers all but `/dead`, and resolves with when each of so many came. */
function arrivalsMs(count: number): Promise<readonly number[]> {
  const atMs: number[] = [];
  const all = deferred();
  receiver.answerWith((response, { path }) => {
    if (path === "/dead") return;
    atMs.push(Date.now());
    response.writeHead(204).end();
    if (atMs.length === count) all.resolve();
  });
  return all.promise.then(() => atMs);
}

/** How long after the start all but the slowest hundredth of the messages to the fifty have come. */
async function p99Ms(messages: number): Promise<number> {
  await happen("invoice.paid", messages);
  const arriving = arrivalsMs(ENDPOINTS * messages);
  const deliverer = delivererWith();
  const startedMs = Date.now();
  deliverer.start();
  const arrived = (await arriving).toSorted((one, other) => one - other);
  // Hangs up on the dead one, whose answer would be waited for otherwise.
  poster.close();
  await deliverer.stop();
  return (arrived[Math.ceil(arrived.length * 0.99) - 1] ?? Number.NaN) - startedMs;
}

const sentTo = (path: string): number =>
  receiver.received.filter((entry) => entry.path === path).length;

test("a dead endpoint with a long backlog makes fifty others wait for less than a second", async () => {
  await addFifty();
  await addEndpoint("/dead", DEAD_TYPE);
  const without = await p99Ms(2);
  poster = createPoster({ privateAddresses: "allow" });
  await happen(DEAD_TYPE, 300);
  const beside = await p99Ms(2);
  expect(beside - without).toBeLessThan(SECOND_MS);
  expect(sentTo("/dead")).toBeGreaterThan(0);
  expect(sentTo("/dead")).toBeLessThanOrEqual(17);
});

test("who has one message waiting does not wait for those who have many", async () => {
  const answered: string[] = [];
  receiver.answerWith((response, { path }) => {
    answered.push(path);
    response.writeHead(204).end();
  });
  await addEndpoint("/busy");
  await happen("invoice.paid", 20);
  await addEndpoint("/calm", DEAD_TYPE);
  await happen(DEAD_TYPE, 1);

  await delivererWith({ concurrency: 2 }).runOnce();
  expect(answered).toHaveLength(21);
  expect(answered.indexOf("/calm")).toBeLessThan(2);
});

test("what is due is looked for once for many messages, not for each place that becomes free", async () => {
  await addFifty();
  await happen("invoice.paid", 4);
  let lookCount = 0;
  const watched: Database = {
    ...db,
    acrossProjects: (work) => {
      lookCount += 1;
      return db.acrossProjects(work);
    },
  };
  // What was found does not grow old, however slow the machine.
  const nowMs = Date.now();
  const still = { now: () => nowMs };
  const deliverer = delivererWith({ db: watched, clock: still, concurrency: 4 });
  expect(await deliverer.runOnce()).toBe(4 * ENDPOINTS);
  expect(lookCount).toBeLessThan(10);
});

test("two deliverers share fifty endpoints, sending nothing twice", async () => {
  await addFifty();
  await happen("invoice.paid", 4);
  const both = [delivererWith({ concurrency: 8 }), delivererWith({ concurrency: 8 })];
  const counts = await Promise.all(both.map((deliverer) => deliverer.runOnce()));
  expect(counts.reduce((sum, count) => sum + count)).toBe(4 * ENDPOINTS);
  const told = receiver.received.map(
    ({ path, headers }) => `${path} ${String(headers["webhook-id"])}`,
  );
  expect(told).toHaveLength(4 * ENDPOINTS);
  expect(new Set(told).size).toBe(told.length);
});

test("a delivery whose claim took too long is not sent while another could send it too", async () => {
  const endpointId = await addEndpoint("/hook");
  await happen("invoice.paid", 1);
  let nowMs = Date.now();
  const slow: Database = {
    ...db,
    inProject: async (project, work) => {
      const result = await db.inProject(project, work);
      nowMs += 6 * SECOND_MS;
      return result;
    },
  };
  await delivererWith({ db: slow, clock: { now: () => nowMs } }).runOnce();
  expect(receiver.received).toEqual([]);

  nowMs += 14 * SECOND_MS;
  expect(await delivererWith({ clock: { now: () => nowMs } }).runOnce()).toBe(1);
  const [delivery] = await db.inProject(projectId, (tx) => listDeliveries(tx, endpointId, null, 1));
  expect(delivery).toMatchObject({ status: "delivered", attemptCount: 1 });
});
