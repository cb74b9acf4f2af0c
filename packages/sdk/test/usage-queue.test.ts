import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type FailedTry,
  type FarthingOptions,
  memoryStore,
  type QueuedUsage,
  type RefusedUsage,
  type UsageQueueOptions,
} from "../src/index.ts";
import { clientUnderTest, NOW_MS } from "./client-under-test.ts";
import { type Received, type Reply, startWireServer, type WireServer } from "./wire-server.ts";

let server: WireServer;

beforeEach(async () => {
  server = await startWireServer();
});
afterEach(() => server.close());

const one = { metric: "packages", metric_count: 1 };
const numbered = (count: number) => ({ metric: "packages", metric_count: count });

const eventsOf = ({ json }: Received) => json as QueuedUsage[];
const quantities = () =>
  server.received.map((request) => eventsOf(request).map(({ quantity }) => quantity));

const allCounted: Reply = (request) => ({
  json: { results: eventsOf(request).map(() => ({ status: "recorded" })) },
});
const refusal = (status: number, code: string, headers = {}): Reply => ({
  status,
  headers,
  json: { code, title: "No." },
});

/** A queue that lingers until it is told to send. */
async function queueUnderTest(
  options: UsageQueueOptions = {},
  clientOptions: Partial<FarthingOptions> = {},
) {
  const refused: RefusedUsage[] = [];
  const failedTries: FailedTry[] = [];
  const { farthing, waitsMs } = clientUnderTest(server.url, {
    sleep: (delayMs, signal) => {
      if (delayMs !== LINGER_MS) return Promise.resolve(void waitsMs.push(delayMs));
      return new Promise((_resolve, reject) => signal?.addEventListener("abort", reject));
    },
    ...clientOptions,
  });
  const queue = await farthing.usageQueue({
    lingerMs: LINGER_MS,
    onRefused: (event) => refused.push(event),
    onFailedTry: (failed) => failedTries.push(failed),
    ...options,
  });
  return { queue, refused, failedTries, waitsMs };
}

const LINGER_MS = 77_777;

describe("batches", () => {
  test("go when they are full, in the order in which events were added", async () => {
    const { queue } = await queueUnderTest({ batchSizeMax: 2 });
    server.script(allCounted, allCounted, allCounted);
    for (const count of [1, 2, 3, 4, 5]) await queue.add("sub_1", numbered(count));
    await queue.flush();
    expect(quantities()).toEqual([["1", "2"], ["3", "4"], ["5"]]);
    expect(server.received[0]).toMatchObject({ method: "POST", url: "/v1/usage" });
    expect(queue.waitingCount).toBe(0);
    await queue.close();
  });

  test("go after the linger when they are not", async () => {
    const { queue } = await queueUnderTest({ lingerMs: 5 });
    server.script(allCounted);
    const arrived = server.nextArrival();
    await queue.add("sub_1", one);
    await arrived;
    await queue.close();
    expect(quantities()).toEqual([["1"]]);
  });

  test("carry the events of many subscriptions, each stamped when it was added", async () => {
    const { queue } = await queueUnderTest();
    server.script(allCounted);
    const made = await queue.add("sub_1", one);
    const given = await queue.add("sub_2", {
      metric: "returns",
      metric_count: 0.5,
      reference_id: "r-1",
      occurred_at: "2026-02-01T00:00:00+01:00",
    });
    await queue.flush();
    expect(given).toBe("r-1");
    expect(server.received[0]?.json).toEqual([
      {
        subscription: "sub_1",
        metric: "packages",
        quantity: "1",
        reference_id: made,
        occurred_at: new Date(NOW_MS).toISOString(),
      },
      {
        subscription: "sub_2",
        metric: "returns",
        quantity: "0.5",
        reference_id: "r-1",
        occurred_at: "2026-01-31T23:00:00.000Z",
      },
    ]);
    await queue.close();
  });
});

describe("what fails", () => {
  test("is repeated byte for byte until it is counted, and waited for as the server asks", async () => {
    let nowMs = NOW_MS;
    const { queue, failedTries, waitsMs } = await queueUnderTest(
      { retryDelayMsMax: 1_000 },
      { now: () => (nowMs += 1000) },
    );
    const failures: Reply[] = [
      "hang_up",
      "hang_up_midway",
      refusal(429, "server_busy", { "retry-after": "7" }),
      refusal(503, "database_unavailable"),
      { status: 502, text: "<html>Bad Gateway</html>" },
      refusal(401, "access_token_revoked"),
      { status: 400, text: "a proxy's page" },
      { text: "no JSON" },
      { json: { results: [] } },
    ];
    server.script(...failures, allCounted);
    await queue.add("sub_1", one);
    await queue.add("sub_1", one);
    await queue.flush();
    expect(server.received).toHaveLength(failures.length + 1);
    expect(new Set(server.received.map(({ text }) => text)).size).toBe(1);
    expect(waitsMs).toEqual([125, 250, 7500, 500, 500, 500, 500, 500, 500]);
    expect(failedTries.map(({ retryInMs }) => retryInMs)).toEqual(waitsMs);
    await queue.close();
  });

  test("is what the next queue over the store begins with", async () => {
    const store = memoryStore();
    const first = await queueUnderTest({ store, batchSizeMax: 1 });
    server.script("silence");
    const arrived = server.nextArrival();
    const reference = await first.queue.add("sub_1", one);
    await arrived;
    expect(await first.queue.close({ timeoutMs: 1 })).toEqual({ unsentCount: 1 });
    server.script(allCounted);
    const second = await queueUnderTest({ store });
    await second.queue.flush();
    expect(eventsOf(server.received.at(-1) as Received)).toMatchObject([
      { reference_id: reference, occurred_at: new Date(NOW_MS).toISOString() },
    ]);
    await second.queue.close();
    expect(await store.open()).toEqual([]);
  });
});

describe("an event that the server will never take", () => {
  test("is told and kept apart; the others are counted", async () => {
    const { queue, refused } = await queueUnderTest();
    server.script({
      json: {
        results: [
          { status: "recorded" },
          { status: "refused", code: "usage_metric_unknown", message: "No such metric." },
          { status: "duplicate" },
          { status: "refused", code: "usage_too_late", message: "Too late." },
        ],
      },
    });
    for (const count of [1, 2, 3, 4]) await queue.add("sub_1", numbered(count));
    await queue.flush();
    const kept = await queue.refused();
    expect(refused).toEqual(kept);
    expect(kept).toMatchObject([
      { event: { quantity: "2" }, code: "usage_metric_unknown", message: "No such metric." },
      { event: { quantity: "4" }, code: "usage_too_late" },
    ]);
    expect(kept[1]?.message).toMatch(/^Too late\. .*listUsage/);
    expect(queue.waitingCount).toBe(0);
    await queue.clearRefused();
    expect(await queue.refused()).toEqual([]);
    await queue.close();
  });

  test("is found in a batch that is refused as a whole", async () => {
    const { queue, refused } = await queueUnderTest();
    const tooLarge: Reply = (request) => {
      const isBad = eventsOf(request).some(({ quantity }) => quantity === "3");
      if (isBad) return { status: 413, json: { code: "body_too_large", title: "Too large." } };
      return { json: { results: eventsOf(request).map(() => ({ status: "recorded" })) } };
    };
    server.script(...Array.from({ length: 7 }, () => tooLarge));
    for (const count of [1, 2, 3, 4, 5]) await queue.add("sub_1", numbered(count));
    await queue.flush();
    expect(refused).toMatchObject([{ event: { quantity: "3" }, code: "body_too_large" }]);
    const counted = quantities()
      .slice(1)
      .filter((batch) => !batch.includes("3"));
    expect(counted.flat().toSorted()).toEqual(["1", "2", "4", "5"]);
    await queue.close();
  });

  test("never gets in when it is mistaken by itself", async () => {
    const { queue } = await queueUnderTest();
    await expect(queue.add("", one)).rejects.toThrow(TypeError);
    await expect(queue.add("sub_1", numbered(0.1 + 0.2))).rejects.toThrow(TypeError);
    await expect(queue.add("sub_1", { ...one, occurred_at: "soon" })).rejects.toThrow(RangeError);
    expect(queue.waitingCount).toBe(0);
    await queue.close();
  });
});

describe("back-pressure", () => {
  test("makes the next event wait until there is room", async () => {
    const { queue } = await queueUnderTest({ waitingMax: 2 });
    await queue.add("sub_1", numbered(1));
    await queue.add("sub_1", numbered(2));
    const third = queue.add("sub_1", numbered(3));
    const fourth = queue.add("sub_1", numbered(4), { signal: AbortSignal.timeout(1) });
    await expect(fourth).rejects.toThrow("timeout");
    expect(queue.waitingCount).toBe(2);
    server.script(allCounted, allCounted);
    await queue.flush();
    await third;
    await queue.close();
    expect(quantities()).toEqual([["1", "2"], ["3"]]);
  });

  test("ends with the queue", async () => {
    const { queue } = await queueUnderTest({ waitingMax: 1, batchSizeMax: 1 });
    server.script("silence");
    const arrived = server.nextArrival();
    await queue.add("sub_1", one);
    await arrived;
    const waiting = queue.add("sub_1", one);
    const flushing = queue.flush();
    const closing = queue.close({ timeoutMs: 1 });
    await expect(waiting).rejects.toThrow("closed");
    await expect(flushing).rejects.toThrow("closed");
    expect(await closing).toEqual({ unsentCount: 1 });
    await expect(queue.add("sub_1", one)).rejects.toThrow("closed");
  });

  test("lets a place go that a failing store gives back", async () => {
    const store = memoryStore();
    const append: typeof store.append = async (event) => {
      if (event.quantity === "1") throw new Error("The disk is full.");
      return store.append(event);
    };
    const { queue } = await queueUnderTest({ store: { ...store, append }, waitingMax: 1 });
    const failing = queue.add("sub_1", numbered(1));
    const waiting = queue.add("sub_1", numbered(2));
    await expect(failing).rejects.toThrow("The disk is full.");
    await waiting;
    server.script(allCounted);
    await queue.close();
    expect(quantities()).toEqual([["2"]]);
  });
});

test("a store that cannot write what became of events does not stop them", async () => {
  const store = memoryStore();
  const failure = new Error("The disk is gone.");
  const told: unknown[] = [];
  const { queue } = await queueUnderTest({
    store: { ...store, settle: () => Promise.reject(failure) },
    onStoreFailed: (error) => told.push(error),
  });
  server.script(allCounted);
  await queue.add("sub_1", one);
  expect(await queue.close()).toEqual({ unsentCount: 0 });
  expect(told).toEqual([failure]);
});

test.each([{ batchSizeMax: 0 }, { batchSizeMax: 10_001 }, { lingerMs: -1 }, { waitingMax: 0 }])(
  "settings that cannot work are refused: %j",
  async (settings) => {
    await expect(queueUnderTest(settings)).rejects.toThrow(TypeError);
  },
);
