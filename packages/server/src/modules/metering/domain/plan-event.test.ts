import { describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#kernel/clock.ts";
import type { SubscriptionFacts, TargetFacts } from "./facts.ts";
import { rememberingPeriodOf } from "./period-of.ts";
import { planEvent } from "./plan-event.ts";
import { receiptAt } from "./receipt.ts";
import { refusedEvent } from "./refused-event.ts";
import type { PlannedEvent, UsageEvent } from "./usage-event.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00.000Z");
const ANCHOR_MS = Date.parse("2026-08-05T00:00:00.000Z");
const PERIOD = {
  startMs: Date.parse("2026-11-05T00:00:00.000Z"),
  endMs: Date.parse("2026-12-05T00:00:00.000Z"),
};

function facts(changes: Partial<SubscriptionFacts> = {}): SubscriptionFacts {
  return {
    customerId: 1n,
    id: 2n,
    status: "active",
    anchoring: { anchorMs: ANCHOR_MS, interval: { unit: "month", count: 1 }, timeZone: "UTC" },
    runningPeriod: PERIOD,
    beganMs: ANCHOR_MS,
    trialEndMs: null,
    endedAtMs: null,
    rests: [],
    metrics: new Map([["packages", null]]),
    termsSinceMs: null,
    past: [],
    testClockAtMs: null,
    ...changes,
  };
}

function event(changes: Partial<UsageEvent> = {}): UsageEvent {
  return {
    subscription: "sub_…",
    customer: null,
    metric: "packages",
    quantity: "1",
    referenceId: "r1",
    occurredAtMs: null,
    properties: null,
    ...changes,
  };
}

function planned(reported: UsageEvent, target: TargetFacts): PlannedEvent | string {
  return planEvent(reported, target, {
    serverNowMs: NOW_MS,
    oldestMs: receiptAt(NOW_MS).oldestMs,
    periodOf: rememberingPeriodOf(),
  });
}

const ended = (agoMs: number) =>
  facts({
    status: "canceled",
    endedAtMs: NOW_MS - agoMs,
    runningPeriod: { ...PERIOD, endMs: NOW_MS - agoMs },
  });

describe("what is refused", () => {
  test.each([
    {
      event: event({ quantity: "1e400" }),
      target: [facts()],
      code: "quantity_invalid",
      because: "that is no plain decimal",
    },
    {
      event: event(),
      target: null,
      code: "subscription_not_found",
      because: "there is no such subscription in this project",
    },
    {
      event: event(),
      target: [
        facts({ status: "incomplete", anchoring: null, runningPeriod: null, beganMs: null }),
      ],
      code: "subscription_not_active",
      because: "nothing is billed before the subscription starts",
    },
    {
      event: event({ metric: "returns" }),
      target: [facts()],
      code: "usage_metric_unknown",
      because: "the plan has no price for it",
    },
    {
      event: event({ occurredAtMs: NOW_MS + 5 * MINUTE_MS + 1 }),
      target: [facts()],
      code: "usage_too_early",
      because: "clocks differ by minutes at most",
    },
    {
      event: event({ occurredAtMs: Date.parse("2026-10-01T00:04:59.999Z") }),
      target: [facts()],
      code: "usage_too_late",
      because: "its reference may have been forgotten, so a retry could count twice",
    },
    {
      event: event({ occurredAtMs: ANCHOR_MS - 1 }),
      target: [facts({ testClockAtMs: NOW_MS })],
      code: "usage_outside_subscription",
      because: "the first period had not begun",
    },
    {
      event: event(),
      target: [ended(DAY_MS)],
      code: "subscription_closed",
      because: "late usage is taken for a day",
    },
    {
      event: event({ occurredAtMs: NOW_MS - HOUR_MS }),
      target: [ended(HOUR_MS)],
      code: "usage_outside_subscription",
      because: "the end belongs to no period",
    },
    {
      event: event({ occurredAtMs: NOW_MS }),
      target: [facts({ testClockAtMs: NOW_MS - DAY_MS })],
      code: "usage_too_early",
      because: "a customer on a test clock lives by it alone",
    },
  ] as const)("$code, because $because", ({ event: reported, target, code }) => {
    expect(planned(reported, target)).toBe(code);
  });
});

describe("a refusal says what would be taken", () => {
  const rest = { fromMs: ANCHOR_MS + DAY_MS, untilMs: ANCHOR_MS + 3 * DAY_MS, anchorMs: ANCHOR_MS };

  test.each([
    {
      code: "usage_metric_unknown",
      target: [facts(), facts({ metrics: new Map([["returns", null]]) })],
      details: { metrics: ["packages", "returns"] },
      because: "the metrics that are priced then",
    },
    {
      code: "usage_too_early",
      target: [facts()],
      details: { until: "2026-11-21T12:05:00.000Z" },
      because: "as far ahead as clocks may differ",
    },
    {
      code: "usage_too_early",
      target: [facts({ testClockAtMs: ANCHOR_MS })],
      details: { until: "2026-08-05T00:05:00.000Z" },
      because: "by the customer's own clock",
    },
    {
      code: "usage_outside_subscription",
      target: [facts({ rests: [rest], endedAtMs: ANCHOR_MS + 9 * DAY_MS })],
      details: {
        running: [
          { from: "2026-08-05T00:00:00.000Z", until: "2026-08-06T00:00:00.000Z" },
          { from: "2026-08-08T00:00:00.000Z", until: "2026-08-14T00:00:00.000Z" },
        ],
      },
      because: "when it ran, without its pauses",
    },
    {
      code: "usage_outside_subscription",
      target: [facts({ status: "paused", rests: [{ ...rest, untilMs: null }] })],
      details: {
        running: [{ from: "2026-08-05T00:00:00.000Z", until: "2026-08-06T00:00:00.000Z" }],
      },
      because: "a pause that lasts ends what ran",
    },
    {
      code: "quantity_invalid",
      target: [facts()],
      details: undefined,
      because: "nothing is known",
    },
  ] as const)("$code: $because", ({ code, target, details }) => {
    const refusal = refusedEvent(code, event(), target, { serverNowMs: NOW_MS });
    expect(refusal).toEqual({ status: "refused", code, ...(details && { details }) });
  });
});

describe("where an event is counted", () => {
  test.each([
    { occurred: null, start: "2026-11-05", open: true, because: "without a time it happens now" },
    {
      occurred: "2026-11-05T00:00:00.000Z",
      start: "2026-11-05",
      open: true,
      because: "a start belongs to its period",
    },
    {
      occurred: "2026-11-04T23:59:59.999Z",
      start: "2026-10-05",
      open: false,
      because: "an end does not",
    },
    {
      occurred: "2026-10-01T00:05:00.000Z",
      start: "2026-09-05",
      open: false,
      because: "it is as old as is taken",
    },
    {
      occurred: "2026-11-21T12:05:00.000Z",
      start: "2026-11-05",
      open: true,
      because: "clocks differ, and it counts as now",
    },
  ])("$occurred goes to the period of $start: $because", ({ occurred, start, open }) => {
    const occurredAtMs = occurred === null ? null : Date.parse(occurred);
    expect(planned(event({ occurredAtMs }), [facts()])).toMatchObject({
      key: "1:2:r1",
      periodStartMs: Date.parse(`${start}T00:00:00.000Z`),
      isPeriodOpen: open,
      receivedAtMs: NOW_MS,
      givenAtMs: occurredAtMs,
      occurredAtMs: Math.min(occurredAtMs ?? NOW_MS, NOW_MS),
    });
  });

  test("facts that are a little old do not move an event into a period that is over", () => {
    const before = facts({ runningPeriod: { startMs: PERIOD.startMs, endMs: NOW_MS - 1 } });
    const monthly = planned(event(), [before]);
    expect(monthly).toMatchObject({ periodStartMs: PERIOD.startMs, isPeriodOpen: false });
  });

  test("usage of a subscription that ended within the day counts, and its period is not open", () => {
    const reported = event({ occurredAtMs: NOW_MS - 2 * HOUR_MS });
    expect(planned(reported, [ended(HOUR_MS)])).toMatchObject({
      periodStartMs: PERIOD.startMs,
      isPeriodOpen: false,
    });
  });

  test.each([
    { occurred: "2026-08-01", period: "2026-07-20", because: "the trial is one, however long" },
    {
      occurred: "2026-08-25",
      period: "2026-08-20",
      because: "the first begins when the trial ends",
    },
    {
      occurred: "2026-09-06",
      period: "2026-09-05",
      because: "the others begin where the anchor says",
    },
  ])("an event of $occurred is of the period from $period: $because", ({ occurred, period }) => {
    const tried = facts({
      beganMs: Date.parse("2026-07-20"),
      trialEndMs: Date.parse("2026-08-20"),
      testClockAtMs: NOW_MS,
    });
    const plan = planned(event({ occurredAtMs: Date.parse(occurred) }), [tried]);
    expect(plan).toMatchObject({ periodStartMs: Date.parse(period), isPeriodOpen: false });
  });

  test("a customer on a test clock may report what is long past", () => {
    const reported = event({ occurredAtMs: ANCHOR_MS });
    const target = [facts({ testClockAtMs: NOW_MS + 400 * DAY_MS })];
    expect(planned(reported, target)).toMatchObject({
      periodStartMs: ANCHOR_MS,
      receivedAtMs: NOW_MS + 400 * DAY_MS,
      isOnTestClock: true,
    });
  });
});

describe("an event that names a customer", () => {
  const named = (changes: Partial<UsageEvent> = {}) =>
    event({ subscription: null, customer: "acme", ...changes });
  const other = facts({ id: 3n, metrics: new Map([["returns", null]]) });

  test.each([
    { target: null, code: "customer_not_found", because: "nobody has that name" },
    { target: [], code: "subscription_not_found", because: "it has no subscription" },
    {
      target: [ended(2 * DAY_MS)],
      code: "subscription_not_found",
      because: "it has none any more",
    },
    { target: [other], code: "usage_metric_unknown", because: "none of its plans prices it" },
    {
      target: [facts(), facts({ id: 3n })],
      code: "usage_subscription_ambiguous",
      because: "both price it",
    },
    {
      target: [ended(HOUR_MS)],
      code: "usage_outside_subscription",
      because: "it happens now, after the end",
    },
  ] as const)("$code, because $because", ({ target, code }) => {
    expect(planned(named(), target)).toBe(code);
  });

  test("goes to the one subscription that has the metric", () => {
    expect(planned(named(), [other, facts()])).toMatchObject({ subscriptionId: 2n });
  });

  test("goes to the subscription that ran at the event's time, also after the next one began", () => {
    const endMs = NOW_MS - HOUR_MS;
    const next = facts({
      id: 4n,
      anchoring: { anchorMs: endMs, interval: { unit: "month", count: 1 }, timeZone: "UTC" },
      runningPeriod: { startMs: endMs, endMs: endMs + 30 * DAY_MS },
      beganMs: endMs,
    });
    const target = [ended(HOUR_MS), next];
    expect(planned(named({ occurredAtMs: endMs - 1 }), target)).toMatchObject({
      subscriptionId: 2n,
    });
    expect(planned(named({ occurredAtMs: endMs }), target)).toMatchObject({ subscriptionId: 4n });
  });
});
