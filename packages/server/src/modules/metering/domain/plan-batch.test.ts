import { describe, expect, test } from "vitest";
import type { EventContent } from "./content.ts";
import type { SubscriptionFacts } from "./facts.ts";
import { rememberingPeriodOf } from "./period-of.ts";
import { batchOutcomes, planBatch } from "./plan-batch.ts";
import type { UsageEvent } from "./usage-event.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00.000Z");
const OTHER_MS = NOW_MS - 1000;

const FACTS: SubscriptionFacts = {
  customerId: 1n,
  id: 2n,
  status: "active",
  anchoring: { anchorMs: NOW_MS - 1e9, interval: { unit: "month", count: 1 }, timeZone: "UTC" },
  runningPeriod: { startMs: NOW_MS - 1e9, endMs: NOW_MS + 1e9 },
  beganMs: NOW_MS - 1e9,
  trialEndMs: null,
  endedAtMs: null,
  rests: [],
  metrics: new Map([
    ["packages", null],
    ["returns", null],
  ]),
  termsSinceMs: null,
  past: [],
  testClockAtMs: null,
};

function event(referenceId: string, changes: Partial<UsageEvent> = {}): UsageEvent {
  return {
    subscription: "sub_…",
    customer: null,
    metric: "packages",
    quantity: "1",
    referenceId,
    occurredAtMs: null,
    properties: null,
    ...changes,
  };
}

function plan(events: readonly UsageEvent[]) {
  const present = { serverNowMs: NOW_MS, oldestMs: 0, periodOf: rememberingPeriodOf() };
  return planBatch(
    events,
    events.map(() => [FACTS]),
    present,
  );
}

const recorded: EventContent = {
  metric: "packages",
  quantity: "1.000000000",
  occurredAtMs: NOW_MS,
  receivedAtMs: NOW_MS,
  properties: null,
};

test("each reference is written once, and in the order of the keys", () => {
  const { events } = plan([event("b"), event("a"), event("b"), event("c", { quantity: "0" })]);
  expect(events.map(({ referenceId }) => referenceId)).toEqual(["a", "b"]);
});

test("an event that comes twice in a batch counts once", () => {
  const outcomes = batchOutcomes(plan([event("a"), event("a"), event("b")]), new Map());
  expect(outcomes.map(({ status }) => status)).toEqual(["recorded", "duplicate", "recorded"]);
});

test("what the database cannot hold is refused for each of its repetitions", () => {
  const outcomes = batchOutcomes(
    plan([event("a"), event("b"), event("a")]),
    new Map([["1:2:a", "unstorable" as const]]),
  );
  expect(outcomes).toEqual([
    { status: "refused", code: "body_invalid" },
    { status: "recorded" },
    { status: "refused", code: "body_invalid" },
  ]);
});

describe("a reference that is already recorded", () => {
  const withProperties = { ...recorded, properties: { region: "eu", count: 2 } };
  test.each([
    { sent: {}, kept: recorded, same: true, because: "1 and 1.000000000 are the same quantity" },
    { sent: { quantity: "01.0" }, kept: recorded, same: true, because: "however it is written" },
    { sent: { quantity: "2" }, kept: recorded, same: false, because: "the quantity is another" },
    { sent: { metric: "returns" }, kept: recorded, same: false, because: "the metric is another" },
    {
      sent: {},
      kept: { ...recorded, occurredAtMs: OTHER_MS },
      same: true,
      because: "'now' is said again a little later",
    },
    {
      sent: { occurredAtMs: OTHER_MS },
      kept: recorded,
      same: false,
      because: "the time that was said is another",
    },
    { sent: { occurredAtMs: NOW_MS }, kept: recorded, same: true, because: "the time is the same" },
    {
      sent: { occurredAtMs: NOW_MS - 1000 },
      kept: { ...recorded, occurredAtMs: NOW_MS - 3000, receivedAtMs: NOW_MS - 3000 },
      same: true,
      because: "it was told ahead of its receipt, and kept as of then",
    },
    {
      sent: { occurredAtMs: NOW_MS - 1000 },
      kept: { ...recorded, occurredAtMs: NOW_MS - 3000 },
      same: false,
      because: "what was not told ahead is kept as of its own time",
    },
    {
      sent: { properties: { count: 2, region: "eu" } },
      kept: withProperties,
      same: true,
      because: "properties have no order",
    },
    {
      sent: { properties: { region: "eu" } },
      kept: withProperties,
      same: false,
      because: "a property is missing",
    },
    {
      sent: { properties: { region: "eu", count: "2" } },
      kept: withProperties,
      same: false,
      because: "text is no number",
    },
    { sent: {}, kept: withProperties, same: false, because: "it had properties" },
  ] as const)("with $sent is the same: $same, because $because", ({ sent, kept, same }) => {
    const [outcome] = batchOutcomes(plan([event("a", sent)]), new Map([["1:2:a", kept]]));
    expect(outcome).toEqual(
      same ? { status: "duplicate" } : { status: "refused", code: "usage_reference_reused" },
    );
  });

  test("is compared with what is kept, not with its neighbour in the batch", () => {
    const batch = plan([event("a", { quantity: "2" }), event("a")]);
    const outcomes = batchOutcomes(batch, new Map([["1:2:a", recorded]]));
    expect(outcomes.map(({ status }) => status)).toEqual(["refused", "duplicate"]);
  });
});

test("a reference with another content in the same batch is refused alone", () => {
  const outcomes = batchOutcomes(plan([event("a"), event("a", { quantity: "2" })]), new Map());
  expect(outcomes).toEqual([
    { status: "recorded" },
    { status: "refused", code: "usage_reference_reused" },
  ]);
});
