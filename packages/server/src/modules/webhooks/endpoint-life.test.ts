import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import { formatOwnedId, idSource } from "#kernel/ids.ts";
import { FAILING_MAX_MS, type WebhookEndpoint } from "#modules/webhooks/domain/index.ts";
import type { Database } from "#platform/db/database.ts";
import { createRelayPass } from "#platform/jobs/relay.ts";
import { type ManualClock, manualClock } from "#test/support/manual-clock.ts";
import { recordingLog } from "#test/support/recording-log.ts";
import type { Received, WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { openWebhookStage, type WebhookStage } from "#test/support/webhook-stage.ts";
import { relayEvents, sendDueWebhooks, testDialects } from "#test/support/webhook-traffic.ts";
import {
  changeEndpoint,
  createEndpoint,
  createFanOut,
  eventsAfter,
  getEndpoint,
  listDeliveries,
  resendFailed,
  rotateEndpointSecret,
} from "./index.ts";

// Signatures are verified by the real time, so that is where the clock starts.
const startMs = Date.now();
const newId = idSource({ now: () => startMs }, Math.random);
const customerId = newId();
const side = "sandbox";

let stage: WebhookStage;
let db: Database;
let clock: ManualClock;
let receiver: WebhookReceiver;
let projectId: number;

beforeAll(async () => {
  stage = await openWebhookStage();
  db = stage.db;
});
beforeEach(async () => {
  clock = manualClock(startMs);
  ({ projectId, receiver } = await stage.set());
});
afterEach(() => stage.strike());
afterAll(() => stage.close());

const deps = () => ({ db, clock, newId, dialects: testDialects });

const addEndpoint = (path = "/hook") =>
  db.inProject(projectId, (tx) =>
    createEndpoint(tx, deps(), {
      url: receiver.url.replace("/hook", path),
      side,
      dialect: "native",
      eventTypes: null,
    }),
  );

async function happen(count = 1): Promise<string[]> {
  const happenings = Array.from({ length: count }, () => ({ type: "invoice.paid", data: {} }));
  return relayEvents(deps(), { projectId, customerId }, happenings);
}

const send = () => sendDueWebhooks(deps());

const endpointNow = ({ endpointId }: WebhookEndpoint) =>
  db.inProject(projectId, (tx) => getEndpoint(tx, endpointId));

const logOf = ({ endpointId }: WebhookEndpoint) =>
  db.inProject(projectId, (tx) => listDeliveries(tx, endpointId, null, 100));

const enable = ({ endpointId }: WebhookEndpoint) =>
  db.inProject(projectId, (tx) =>
    changeEndpoint(tx, deps(), endpointId, { side, status: "enabled" }),
  );

const answerWithStatus = (status: number, headers: Record<string, string> = {}) =>
  receiver.answerWith((response) => response.writeHead(status, headers).end());

describe("an endpoint that takes nothing", () => {
  test("is disabled after five days, and the others are told once", async () => {
    const failing = await addEndpoint("/failing");
    const witness = await addEndpoint("/witness");
    receiver.answerWith((response, { path }) => {
      response.writeHead(path === "/failing" ? 500 : 204).end();
    });
    await happen();
    await send();
    expect(await endpointNow(failing)).toMatchObject({ failingSinceMs: startMs });

    clock.moveTo(startMs + FAILING_MAX_MS - 1);
    await happen();
    await send();
    expect(await endpointNow(failing)).toMatchObject({ status: "enabled" });
    clock.moveTo(startMs + FAILING_MAX_MS);
    await happen(3);
    await send();
    expect(await endpointNow(failing)).toMatchObject({
      status: "disabled",
      disabledReason: "failing",
      disabledAtMs: clock.now(),
    });
    expect(await endpointNow(witness)).toMatchObject({ status: "enabled", failingSinceMs: null });

    await createRelayPass({ db, consumers: [createFanOut(deps())], log: recordingLog() })();
    await send();
    const told = receiver.received
      .filter(({ path }) => path === "/witness")
      .map(({ body }) => JSON.parse(body))
      .filter(({ type }) => type === "webhook_endpoint.disabled");
    expect(told).toMatchObject([
      { data: { webhook_endpoint: { url: failing.url, disabled_reason: "failing" } } },
    ]);
    expect(JSON.stringify(told)).not.toContain("whsec_");
  });

  test("is not disabled when it took one message meanwhile", async () => {
    const endpoint = await addEndpoint();
    answerWithStatus(500);
    await happen();
    await send();
    clock.moveBy(3 * DAY_MS);
    answerWithStatus(204);
    await happen();
    await send();
    expect(await endpointNow(endpoint)).toMatchObject({ failingSinceMs: null });
    clock.moveBy(3 * DAY_MS);
    answerWithStatus(500);
    await happen();
    await send();
    expect(await endpointNow(endpoint)).toMatchObject({
      status: "enabled",
      failingSinceMs: clock.now(),
    });
  });

  test("starts with a clean slate when it is enabled again, and gets what it missed", async () => {
    const endpoint = await addEndpoint();
    answerWithStatus(410);
    const [first] = await happen();
    await send();
    expect(await endpointNow(endpoint)).toMatchObject({
      status: "disabled",
      disabledReason: "gone",
    });
    answerWithStatus(204);
    clock.moveBy(MINUTE_MS);
    expect(await enable(endpoint)).toMatchObject({ disabledReason: null, disabledAtMs: null });
    const [second] = await happen();
    const resend = (sinceMs: number) =>
      db.inProject(projectId, (tx) => resendFailed(tx, deps(), endpoint.endpointId, sinceMs));
    expect(await resend(clock.now())).toBe(0);
    expect(await resend(startMs)).toBe(1);
    expect(await resend(startMs)).toBe(0);
    await send();
    const timesSeen = (id: string | undefined) =>
      receiver.received.filter(({ headers }) => headers["webhook-id"] === id).length;
    // The log held its own disabling too, which was relayed once it was enabled again.
    expect([first, second].map(timesSeen)).toEqual([2, 1]);
    expect(new Set((await logOf(endpoint)).map(({ status }) => status))).toEqual(
      new Set(["delivered"]),
    );
  });
});

test("a receiver that asks for a pause is left alone for that long", async () => {
  const endpoint = await addEndpoint();
  answerWithStatus(429, { "retry-after": "3600" });
  await happen();
  await send();
  expect((await logOf(endpoint))[0]).toMatchObject({ nextAttemptMs: startMs + HOUR_MS });
  answerWithStatus(204);
  clock.moveBy(HOUR_MS - 1);
  await send();
  expect(receiver.received).toHaveLength(1);
  clock.moveBy(1);
  await send();
  expect(receiver.received).toHaveLength(2);
});

describe("a secret that is rotated", () => {
  /** Whether each library believes the message under this secret. */
  function believers({ body, headers }: Received, secret: string) {
    return [Webhook, SvixWebhook].map((Library) => {
      try {
        return new Library(secret).verify(body, headers as Record<string, string>) !== undefined;
      } catch {
        return false;
      }
    });
  }

  const rotate = ({ endpointId }: WebhookEndpoint, overlapMs: number) =>
    db.inProject(projectId, (tx) => rotateEndpointSecret(tx, deps(), endpointId, overlapMs));

  async function nextMessage(): Promise<Received> {
    await happen();
    await send();
    const last = receiver.received.at(-1);
    if (last === undefined) throw new Error("nothing came");
    return last;
  }

  test("signs together with the new one until its time is over, for both libraries", async () => {
    const old = await addEndpoint();
    expect(believers(await nextMessage(), old.secret)).toEqual([true, true]);
    const rotated = await rotate(old, MINUTE_MS);
    expect(rotated.secret).not.toBe(old.secret);

    const during = await nextMessage();
    expect(String(during.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    expect(believers(during, old.secret)).toEqual([true, true]);
    expect(believers(during, rotated.secret)).toEqual([true, true]);
    expect(believers({ ...during, body: "{}" }, rotated.secret)).toEqual([false, false]);

    clock.moveBy(MINUTE_MS);
    const after = await nextMessage();
    expect(believers(after, old.secret)).toEqual([false, false]);
    expect(believers(after, rotated.secret)).toEqual([true, true]);
  });

  test("is forgotten at once without an overlap, or when it is rotated again", async () => {
    const first = await addEndpoint();
    const second = await rotate(first, HOUR_MS);
    const third = await rotate(first, HOUR_MS);
    const message = await nextMessage();
    const secrets = [first, second, third].map(({ secret }) => secret);
    expect(secrets.map((secret) => believers(message, secret)[0])).toEqual([false, true, true]);
    const fourth = await rotate(first, 0);
    clock.moveBy(SECOND_MS);
    const last = await nextMessage();
    expect(believers(last, third.secret)).toEqual([false, false]);
    expect(believers(last, fourth.secret)).toEqual([true, true]);
  });
});

test("the log read by its cursor tells what the webhooks told", async () => {
  await addEndpoint();
  const ids = await happen(7);
  await send();
  const read: string[] = [];
  let afterNumber = 0n;
  for (let page = 0; page < 3; page += 1) {
    const range = { afterNumber, countMax: 3, types: null };
    const { events, readTo } = await db.inProject(projectId, (tx) =>
      eventsAfter(tx, testDialects, range),
    );
    read.push(...events.map((event) => formatOwnedId("event", event)));
    afterNumber = readTo;
  }
  expect(read).toEqual(ids);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))).toEqual(
    new Set(ids),
  );
});
