import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR_MS, SECOND_MS } from "#kernel/clock.ts";
import { formatOwnedId, idSource } from "#kernel/ids.ts";
import { retryPausesMs } from "#modules/webhooks/domain/index.ts";
import type { Database } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { createPoster, type Poster } from "#platform/outbound/post.ts";
import { deferred } from "#test/support/deferred.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";
import { recordingLog } from "#test/support/recording-log.ts";
import type { WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { openWebhookStage, type WebhookStage } from "#test/support/webhook-stage.ts";
import { testDialects as dialects } from "#test/support/webhook-traffic.ts";
import {
  createDeliverer,
  createEndpoint,
  createFanOut,
  deleteEndpoint,
  getEndpoint,
  listDeliveries,
  type NewEndpoint,
  resendDelivery,
} from "./index.ts";

// Signatures are verified by the real time, so that is where the clock starts.
const startMs = Date.now();
const newId = idSource({ now: () => startMs }, Math.random);
const customerId = newId();

let stage: WebhookStage;
let db: Database;
let clock: ManualClock;
let receiver: WebhookReceiver;
let poster: Poster;
let project: number;

beforeAll(async () => {
  stage = await openWebhookStage();
  db = stage.db;
});
beforeEach(async () => {
  clock = manualClock(startMs);
  ({ projectId: project, receiver } = await stage.set());
  poster = createPoster({ privateAddresses: "allow", timeoutMs: 5000 });
});
afterEach(async () => {
  poster.close();
  await stage.strike();
});
afterAll(() => stage.close());

const addEndpoint = (options: Partial<NewEndpoint> = {}) =>
  db.inProject(project, (tx) =>
    createEndpoint(
      tx,
      { clock, newId, dialects },
      { url: receiver.url, side: "sandbox", dialect: "native", eventTypes: null, ...options },
    ),
  );

/** Appends events of these types and relays them; answers their ids as they go over the wire. */
async function happen(...types: string[]): Promise<string[]> {
  const events = types.map((type) => ({
    customerId,
    id: newId(),
    type,
    data: { payment: { amount: "11699.00" } },
    occurredAtMs: Date.UTC(2026, 1, 1),
  }));
  await db.inProject(project, (tx) => appendToOutbox(tx, events));
  const consumers = [createFanOut({ clock, newId, dialects })];
  await createRelayPass({ db, consumers, log: recordingLog() })();
  return events.map((event) => formatOwnedId("event", event));
}

function delivererWith(options: Partial<Parameters<typeof createDeliverer>[0]> = {}) {
  const log = recordingLog();
  const deliverer = createDeliverer({ db, newId, clock, random: () => 0, poster, log, ...options });
  return { deliverer, log };
}

const logOf = (endpointId: bigint) =>
  db.inProject(project, (tx) => listDeliveries(tx, endpointId, null, 100));

describe("a delivery", () => {
  test("is signed as Standard Webhooks says, and logged", async () => {
    const endpoint = await addEndpoint();
    expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const [eventId] = await happen("payment.succeeded");
    const { deliverer } = delivererWith();
    expect(await deliverer.runOnce()).toBe(1);
    expect(await deliverer.runOnce()).toBe(0);

    expect(receiver.received).toHaveLength(1);
    const [received] = receiver.received;
    const headers = received?.headers as Record<string, string>;
    const verified = new Webhook(endpoint.secret).verify(received?.body ?? "", headers);
    expect(verified).toEqual({
      id: eventId,
      type: "payment.succeeded",
      occurred_at: "2026-02-01T00:00:00.000Z",
      number: 1,
      data: { payment: { amount: "11699.00" } },
    });
    expect(headers["webhook-id"]).toBe(eventId);
    expect(await logOf(endpoint.endpointId)).toMatchObject([
      {
        eventType: "payment.succeeded",
        status: "delivered",
        deliveredAtMs: startMs,
        nextAttemptMs: null,
        attempts: [{ attemptNumber: 1, status: 204, error: null }],
      },
    ]);
  });

  test("goes to those who want its type, in their dialect's words", async () => {
    const all = await addEndpoint();
    const some = await addEndpoint({ eventTypes: ["invoice.paid"] });
    const metered = await addEndpoint({ dialect: "metered" });
    const deaf = await addEndpoint({ dialect: "metered", eventTypes: ["subscriptions.renewed"] });
    await happen("payment.succeeded", "invoice.paid");
    await delivererWith().deliverer.runOnce();

    const told = async (endpointId: bigint) =>
      (await logOf(endpointId)).map((delivery) => delivery.eventType);
    expect(await told(all.endpointId)).toEqual(["invoice.paid", "payment.succeeded"]);
    expect(await told(some.endpointId)).toEqual(["invoice.paid"]);
    expect(await told(metered.endpointId)).toEqual(["subscriptions.payment_succeeded"]);
    expect(await told(deaf.endpointId)).toEqual([]);
    expect(receiver.received.map(({ body }) => body)).toContain(
      '{"data":{"payment":{"amount":"11699.00"}}}',
    );
  });

  test("is tried ten times over three days, always under the same id, and then failed", async () => {
    const endpoint = await addEndpoint();
    const [eventId] = await happen("invoice.paid");
    receiver.answerWith((response) => response.writeHead(500).end());
    const { deliverer } = delivererWith();
    for (const pauseMs of retryPausesMs) {
      clock.moveBy(pauseMs - 1);
      expect(await deliverer.runOnce()).toBe(0);
      clock.moveBy(1);
      expect(await deliverer.runOnce()).toBe(1);
    }
    clock.moveBy(1000 * HOUR_MS);
    expect(await deliverer.runOnce()).toBe(0);

    expect(receiver.received).toHaveLength(10);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([eventId]),
    );
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(
      10,
    );
    const [delivery] = await logOf(endpoint.endpointId);
    expect(delivery).toMatchObject({ status: "failed", attemptCount: 10, nextAttemptMs: null });
    expect(delivery?.attempts.map(({ attemptNumber }) => attemptNumber)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test("to one who is gone disables the endpoint and gives up what waits for it", async () => {
    const endpoint = await addEndpoint();
    await happen("invoice.paid", "invoice.paid", "invoice.paid");
    receiver.answerWith((response) => response.writeHead(410).end());
    const { deliverer } = delivererWith({ perEndpoint: 1 });
    expect(await deliverer.runOnce()).toBe(3);

    expect(receiver.received).toHaveLength(1);
    const found = await db.inProject(project, (tx) => getEndpoint(tx, endpoint.endpointId));
    expect(found.status).toBe("disabled");
    const log = await logOf(endpoint.endpointId);
    expect(log.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
    await happen("invoice.paid");
    expect(await logOf(endpoint.endpointId)).toHaveLength(3);
    const { customerId: owner, id } = log[0] ?? { customerId: 0n, id: 0n };
    await expect(
      db.inProject(project, (tx) => resendDelivery(tx, { clock }, { customerId: owner, id })),
    ).rejects.toMatchObject({ code: "webhook_endpoint_disabled" });
  });

  test("is sent to nobody once its endpoint is deleted", async () => {
    const endpoint = await addEndpoint();
    await happen("invoice.paid");
    await db.inProject(project, (tx) => deleteEndpoint(tx, endpoint.endpointId));
    await delivererWith().deliverer.runOnce();
    expect(receiver.received).toEqual([]);
    await expect(logOf(endpoint.endpointId)).rejects.toMatchObject({
      code: "webhook_endpoint_not_found",
    });
  });

  test("is sent again when asked for, as another try under the same id", async () => {
    const endpoint = await addEndpoint();
    const [eventId] = await happen("invoice.paid");
    const { deliverer } = delivererWith();
    await deliverer.runOnce();
    const [delivery] = await logOf(endpoint.endpointId);
    const id = { customerId, id: delivery?.id ?? 0n };
    const resent = await db.inProject(project, (tx) => resendDelivery(tx, { clock }, id));
    expect(resent).toMatchObject({ status: "pending", nextAttemptMs: clock.now() });
    expect(await deliverer.runOnce()).toBe(1);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([
      eventId,
      eventId,
    ]);
    expect((await logOf(endpoint.endpointId))[0]).toMatchObject({
      status: "delivered",
      attemptCount: 2,
    });
  });

  test("says in its log that an address is private, without naming it", async () => {
    const { port } = new URL(receiver.url);
    const endpoint = await addEndpoint({ url: `http://localhost:${port}/` });
    await happen("invoice.paid");
    const careful = createPoster({ privateAddresses: "refuse" });
    await delivererWith({ poster: careful }).deliverer.runOnce();
    expect(receiver.received).toEqual([]);
    expect((await logOf(endpoint.endpointId))[0]).toMatchObject({
      status: "pending",
      attempts: [{ status: null, error: "the address is not public" }],
    });
  });
});

describe("the deliverer", () => {
  test("makes a try again whose end was not recorded, once the lease is over", async () => {
    await addEndpoint();
    const [eventId] = await happen("invoice.paid");
    const lost: Database = {
      ...db,
      inProject: (projectId, work) =>
        receiver.received.length > 0
          ? Promise.reject(new Error("killed"))
          : db.inProject(projectId, work),
    };
    const killed = delivererWith({ db: lost });
    await killed.deliverer.runOnce();
    expect(killed.log.entries).toMatchObject([{ level: "error" }]);

    const { deliverer } = delivererWith();
    clock.moveBy(20 * SECOND_MS - 1);
    expect(await deliverer.runOnce()).toBe(0);
    clock.moveBy(1);
    expect(await deliverer.runOnce()).toBe(1);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([
      eventId,
      eventId,
    ]);
  });

  test("gives one slow endpoint its share of the places and no more", async () => {
    const hold = deferred();
    const quickDone = deferred();
    const seen = (path: string): number =>
      receiver.received.filter((entry) => entry.path === path).length;
    receiver.answerWith((response, { path }) => {
      if (seen("/quick") === 10) quickDone.resolve();
      if (path === "/quick") response.writeHead(200).end();
      else void hold.promise.then(() => response.writeHead(200).end());
    });
    await addEndpoint({ url: receiver.url.replace("/hook", "/slow") });
    await addEndpoint({ url: receiver.url.replace("/hook", "/quick") });
    await happen(...Array.from({ length: 10 }, () => "invoice.paid"));

    const { deliverer } = delivererWith({ concurrency: 4, perEndpoint: 2 });
    deliverer.start();
    await quickDone.promise;
    expect(seen("/slow")).toBe(2);

    hold.resolve();
    await deliverer.runOnce();
    await deliverer.stop();
    expect(seen("/slow") + seen("/quick")).toBe(20);
  });

  test("shares the work with another one, sending nothing twice", async () => {
    await addEndpoint();
    await happen(...Array.from({ length: 200 }, () => "invoice.paid"));
    const both = [delivererWith().deliverer, delivererWith().deliverer];
    const counts = await Promise.all(both.map((deliverer) => deliverer.runOnce()));
    expect(counts.reduce((sum, count) => sum + count)).toBe(200);
    expect(receiver.received).toHaveLength(200);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(200);
  });

  test("lets what is under way end when it stops", async () => {
    const endpoint = await addEndpoint();
    await happen("invoice.paid");
    const arrived = deferred();
    const hold = deferred();
    receiver.answerWith((response) => {
      arrived.resolve();
      void hold.promise.then(() => response.writeHead(200).end());
    });
    const { deliverer } = delivererWith();
    deliverer.start();
    await arrived.promise;
    const stopped = deliverer.stop();
    hold.resolve();
    await stopped;
    expect((await logOf(endpoint.endpointId))[0]).toMatchObject({ status: "delivered" });
  });
});
