import { expect, test } from "vitest";
import type { SubscriptionFacts, TargetFacts } from "#modules/metering/domain/index.ts";
import { deferred } from "#test/support/deferred.ts";
import { createFactsCache } from "./facts-cache.ts";
import type { Target } from "./facts-source.ts";

const PROJECT = 2;

function factsOf(customerId: bigint, changes: Partial<SubscriptionFacts> = {}): TargetFacts {
  return [
    {
      customerId,
      id: 9n,
      status: "active",
      anchoring: null,
      runningPeriod: null,
      beganMs: null,
      trialEndMs: null,
      endedAtMs: null,
      rests: [],
      metrics: new Map(),
      termsSinceMs: null,
      past: [],
      testClockAtMs: null,
      ...changes,
    },
  ];
}

/** A cache over a store whose loads are recorded, with a clock that the test moves. */
function cacheOver(store: Map<Target, TargetFacts>, ageMaxMs = 1000) {
  const loads: string[] = [];
  let nowMs = 0;
  let gate: Promise<void> = Promise.resolve();
  const cache = createFactsCache({
    ageMaxMs,
    monotonicMs: () => nowMs,
    async load(_project, targets) {
      loads.push(targets.toSorted().join(" "));
      const found = new Map(targets.map((target) => [target, store.get(target) ?? null]));
      await gate;
      return found;
    },
  });
  return {
    cache,
    loads,
    read: (...targets: Target[]) => cache.factsOf(PROJECT, targets),
    moveTo(instantMs: number) {
      nowMs = instantMs;
    },
    /** Makes loads that start from now on wait for what is returned. */
    hold() {
      const held = deferred();
      gate = held.promise;
      return held;
    },
  };
}

test("what a batch misses is loaded at once and believed for a while", async () => {
  const { read, loads, moveTo } = cacheOver(
    new Map([
      ["a", factsOf(1n)],
      ["b", factsOf(2n)],
    ]),
  );
  await read("a", "b");
  moveTo(499);
  expect((await read("a", "b"))[1]).toEqual(factsOf(2n));
  expect(loads).toEqual(["a b"]);
});

test("facts are never older than allowed", async () => {
  const store = new Map([["a", factsOf(1n)]]);
  const { read, moveTo } = cacheOver(store);
  await read("a");
  store.set("a", factsOf(1n, { status: "canceled" }));
  moveTo(1000);
  expect((await read("a"))[0]).toEqual(factsOf(1n, { status: "canceled" }));
});

test("what is in use is read again together, before it is too old, and keeps nobody waiting", async () => {
  const { read, loads, moveTo, hold } = cacheOver(
    new Map([
      ["a", factsOf(1n)],
      ["b", factsOf(2n)],
      ["c", factsOf(3n)],
    ]),
  );
  await read("a", "b", "c");
  await read("a", "b");
  moveTo(600);
  const held = hold();
  expect(await read("a")).toEqual([factsOf(1n)]);
  expect(loads).toEqual(["a b c", "a b"]);
  held.resolve();
});

test.each([
  { facts: null, because: "it may come to exist" },
  { facts: [], because: "the customer may subscribe" },
  { facts: factsOf(1n, { status: "incomplete" }), because: "it may be activated" },
  { facts: factsOf(1n, { status: "scheduled" }), because: "it may begin" },
  { facts: factsOf(1n, { testClockAtMs: 5 }), because: "a test clock may be moved" },
])("$facts is not remembered: $because", async ({ facts }) => {
  const { read, loads } = cacheOver(new Map([["a", facts]]));
  await read("a");
  await read("a");
  expect(loads).toEqual(["a", "a"]);
});

test("with an age of zero everything is read for every batch", async () => {
  const { read, loads } = cacheOver(new Map([["a", factsOf(1n)]]), 0);
  await read("a");
  await read("a");
  expect(loads).toEqual(["a", "a"]);
});

test("a customer that is forgotten is read again, and the others are not", async () => {
  const { cache, read, loads } = cacheOver(
    new Map([
      ["a", factsOf(1n)],
      ["b", factsOf(2n)],
    ]),
  );
  await read("a", "b");
  cache.forget(PROJECT, 1n);
  await read("a", "b");
  expect(loads).toEqual(["a b", "a"]);
});

test("what was being read when its customer was forgotten is used once and not remembered", async () => {
  const { cache, read, loads, hold } = cacheOver(new Map([["a", factsOf(1n)]]));
  const held = hold();
  const reading = read("a");
  cache.forget(PROJECT, 1n);
  held.resolve();
  await reading;
  await read("a");
  expect(loads).toEqual(["a", "a"]);
});

test("projects share nothing", async () => {
  const { cache, loads } = cacheOver(new Map([["a", factsOf(1n)]]));
  await cache.factsOf(2, ["a"]);
  await cache.factsOf(4, ["a"]);
  expect(loads).toEqual(["a", "a"]);
});
