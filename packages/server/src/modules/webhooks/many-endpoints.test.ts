import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { SECOND_MS } from "#kernel/clock.ts";
import { idSource } from "#kernel/ids.ts";
import type { Database } from "#platform/db/database.ts";
import { createPoster, type Poster } from "#platform/outbound/post.ts";
import { deferred } from "#test/support/deferred.ts";
import { recordingLog } from "#test/support/recording-log.ts";
import type { WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { openWebhookStage, type WebhookStage } from "#test/support/webhook-stage.ts";
import { testDialects as dialects, relayEvents } from "#test/support/webhook-traffic.ts";
import { createDeliverer, createEndpoint, listDeliveries } from "./index.ts";

const ENDPOINTS = 50;
/** What the endpoint at `/dead` alone is told. */
const DEAD_TYPE = "payment.succeeded";

const clock = { now: () => Date.now() };
const newId = idSource(clock, Math.random);
const customerId = newId();

let stage: WebhookStage;
let db: Database;
let receiver: WebhookReceiver;
let poster: Poster;
let projectId: number;

beforeAll(async () => {
  stage = await openWebhookStage();
  db = stage.db;
});
beforeEach(async () => {
  ({ projectId, receiver } = await stage.set());
  poster = createPoster({ privateAddresses: "allow" });
});
afterEach(async () => {
  poster.close();
  await stage.strike();
});
afterAll(() => stage.close());

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

/** Answers all but `/dead`; resolves when so many were answered, with how many the dead one let go of. */
function answeredBesideDead(count: number): Promise<number> {
  let answeredCount = 0;
  let endedCount = 0;
  const all = deferred();
  receiver.answerWith((response, { path }) => {
    if (path === "/dead") {
      response.once("close", () => {
        endedCount += 1;
      });
      return;
    }
    response.writeHead(204).end();
    answeredCount += 1;
    if (answeredCount === count) all.resolve();
  });
  return all.promise.then(() => endedCount);
}

const sentTo = (path: string): number =>
  receiver.received.filter((entry) => entry.path === path).length;

test("fifty endpoints wait for none of the tries to reach a dead one with a long backlog", async () => {
  await addFifty();
  await addEndpoint("/dead", DEAD_TYPE);
  await happen(DEAD_TYPE, 300);
  await happen("invoice.paid", 2);
  const answered = answeredBesideDead(2 * ENDPOINTS);
  const deliverer = delivererWith();
  deliverer.start();
  const endedCount = await answered;
  // Hangs up on the dead one, whose answer would be waited for otherwise.
  poster.close();
  await deliverer.stop();

  expect(endedCount).toBe(0);
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
