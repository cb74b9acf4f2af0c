import { describe, expect, test } from "vitest";
import { DAY_MS, isoInstant } from "#kernel/clock.ts";
import type { Interval } from "#kernel/interval.ts";
import { unitsToNanos } from "#kernel/nanos.ts";
import { newPlan, type PlanVersion, type PriceDraft } from "#modules/catalog/domain/index.ts";
import type { DraftInvoice } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import { activated, endedAt } from "#modules/subscriptions/domain/index.ts";
import { flatPrice, planDraft, tier, tieredPrice, unitPrice } from "#test/support/builders/plan.ts";
import { unstartedSubscription } from "#test/support/builders/subscription.ts";
import { type CloseFacts, planFinalClose, planPeriodClose } from "./plan-close.ts";
import { planStart } from "./plan-start.ts";

const JANUARY_MS = Date.UTC(2026, 0, 1);
const FEBRUARY_MS = Date.UTC(2026, 1, 1);
const MARCH_MS = Date.UTC(2026, 2, 1);
const MONTH: Interval = { unit: "month", count: 1 };

const waiting = unstartedSubscription(JANUARY_MS, { interval: MONTH, isOnTestClock: true });

// It ran before under the same anchor: some of what is billed here is of the year before.
const running = { ...activated(waiting, JANUARY_MS, JANUARY_MS), beganMs: Date.UTC(2025, 0, 1) };

function soldOnce(plan: PlanVersion) {
  const { planId, version: planVersion } = plan;
  const item = { planId, planVersion, quantity: 1n, billable: 1n, licensed: null, version: plan };
  return { plan, items: [item] };
}

/** January of a plan of these prices, at its end. */
function facts(prices: readonly PriceDraft[], changes: Partial<CloseFacts> = {}): CloseFacts {
  let lastId = 10n;
  const { latest: plan } = newPlan(planDraft({ prices }), () => (lastId += 1n), JANUARY_MS);
  return {
    subscription: running,
    ...soldOnce(plan),
    past: [],
    changeId: 98n,
    next: null,
    pendingItems: [],
    runningLines: [],
    counters: [],
    charges: [],
    nowMs: FEBRUARY_MS,
    invoiceId: 99n,
    hasCard: true,
    isOwing: false,
    ...changes,
  };
}

function counter(meter: string, units: bigint, changes: Partial<UsageCounter> = {}): UsageCounter {
  return {
    customerId: 1n,
    subscriptionId: 2n,
    meter,
    periodStartMs: JANUARY_MS,
    quantity: unitsToNanos(units),
    billedQuantity: 0n,
    closings: 0,
    ...changes,
  };
}

/** `usage packages 15000 2026-01-01`: kind, name, minor units, and where its period begins. */
const linesOf = (invoice: DraftInvoice | null) =>
  (invoice?.lines ?? []).map(
    ({ kind, metric, amountMinor, period }) =>
      `${kind} ${metric ?? "base"} ${amountMinor} ${isoInstant(period.startMs).slice(0, 10)}`,
  );

describe("the end of a period", () => {
  test("bills arrears, usage in the plan's order, late usage, and the next period in advance", () => {
    const lastYear = Date.UTC(2025, 11, 1);
    const prices = [
      flatPrice("10.00", "advance"),
      unitPrice("packages", "50.00"),
      flatPrice("20.00"),
      unitPrice("calls", "1.00"),
    ];
    const counters = [
      counter("calls", 2n),
      counter("packages", 3n),
      counter("packages", 5n, {
        periodStartMs: lastYear,
        billedQuantity: unitsToNanos(4n),
        closings: 1,
      }),
    ];

    const plan = planPeriodClose(facts(prices, { counters }));

    expect(linesOf(plan.invoice)).toEqual([
      "flat base 2000 2026-01-01",
      "usage packages 15000 2026-01-01",
      "usage calls 200 2026-01-01",
      "late_usage packages 5000 2025-12-01",
      "flat base 1000 2026-02-01",
    ]);
    expect(plan.invoice).toMatchObject({
      totalMinor: 23_200n,
      reason: "renewal",
      issuedAtMs: FEBRUARY_MS,
    });
    expect(plan.billedCounters).toEqual(counters);
    expect(plan.close).toEqual({
      customerId: 1n,
      subscriptionId: 2n,
      periodStartMs: JANUARY_MS,
      kind: "renewal",
      invoiceId: 99n,
      closedAtMs: FEBRUARY_MS,
    });
  });

  test("starts the next period, which ends when it must be closed next", () => {
    const { subscription } = planPeriodClose(facts([flatPrice("10.00")]));

    expect(subscription).toMatchObject({
      status: "active",
      period: { index: 1, startMs: FEBRUARY_MS, endMs: MARCH_MS },
      nextActionMs: MARCH_MS,
    });
  });

  test("leaves usage of the period that begins to that period", () => {
    const early = counter("packages", 1n, { periodStartMs: FEBRUARY_MS });

    const plan = planPeriodClose(facts([unitPrice("packages", "50.00")], { counters: [early] }));

    expect(plan.invoice).toBeNull();
    expect(plan.billedCounters).toEqual([]);
  });

  test.each([
    { because: "nothing was used", prices: [unitPrice("packages", "50.00")] },
    { because: "the base fee is nothing", prices: [flatPrice("0")] },
    {
      because: "it was paid in advance and goes on for nothing",
      prices: [flatPrice("0", "advance")],
    },
  ])("is closed without an invoice when $because", ({ prices }) => {
    const plan = planPeriodClose(facts(prices));

    expect(plan.invoice).toBeNull();
    expect(plan.close?.invoiceId).toBeNull();
    expect(plan.subscription.period?.index).toBe(1);
  });

  test("bills usage that is free, so that the invoice shows it", () => {
    const plan = planPeriodClose(
      facts([unitPrice("packages", "50.00", "10")], { counters: [counter("packages", 8n)] }),
    );

    expect(linesOf(plan.invoice)).toEqual(["usage packages 0 2026-01-01"]);
    expect(plan.invoice?.totalMinor).toBe(0n);
  });

  test("bills a first tier that costs something even unused, and remembers that it did", () => {
    const tiers = [tier("10", "1.00", "5.00"), tier(null, "0.50")];

    const plan = planPeriodClose(facts([tieredPrice("calls", "graduated", tiers)]));

    expect(linesOf(plan.invoice)).toEqual(["usage calls 500 2026-01-01"]);
    expect(plan.billedCounters).toEqual([counter("calls", 0n)]);
  });

  test("of a subscription that ends with it: nothing in advance, and time comes back for late usage", () => {
    const prices = [flatPrice("10.00", "advance"), flatPrice("20.00")];
    const subscription = {
      ...running,
      cancelsAtPeriodEnd: true,
      canceledAtMs: JANUARY_MS + DAY_MS,
    };

    const plan = planPeriodClose(facts(prices, { subscription }));

    expect(linesOf(plan.invoice)).toEqual(["flat base 2000 2026-01-01"]);
    expect(plan.subscription).toMatchObject({
      status: "canceled",
      canceledAtMs: JANUARY_MS + DAY_MS,
      endedAtMs: FEBRUARY_MS,
    });
    expect(plan.subscription.nextActionMs).toBeGreaterThan(FEBRUARY_MS + DAY_MS);
  });

  test("of a past due subscription renews it all the same", () => {
    const subscription = { ...running, status: "past_due" as const };

    const plan = planPeriodClose(facts([flatPrice("10.00")], { subscription }));

    expect(plan.subscription).toMatchObject({ status: "past_due", period: { index: 1 } });
  });
});

describe("a period that is cut short", () => {
  test.each([
    { because: "a whole half", cutAfterMs: 15.5 * DAY_MS, amountMinor: 149_950n },
    { because: "one millisecond rounds to nothing", cutAfterMs: 1, amountMinor: 0n },
    {
      because: "all but a millisecond rounds to all",
      cutAfterMs: 31 * DAY_MS - 1,
      amountMinor: 299_900n,
    },
    { because: "a third, rounded once", cutAfterMs: (31 * DAY_MS) / 3, amountMinor: 99_967n },
  ])("costs its share of the base fee by exact time: $because", ({ cutAfterMs, amountMinor }) => {
    const plan = planPeriodClose(facts([flatPrice("2999.00")]), JANUARY_MS + cutAfterMs);

    expect(plan.invoice?.totalMinor).toBe(amountMinor);
    expect(plan.subscription.endedAtMs).toBe(JANUARY_MS + cutAfterMs);
    expect(plan.subscription.period?.endMs).toBe(JANUARY_MS + cutAfterMs);
  });

  test("costs no base fee when it is cut where it begins", () => {
    const plan = planPeriodClose(facts([flatPrice("2999.00")]), JANUARY_MS);

    expect(plan.invoice).toBeNull();
  });

  test("costs all of its usage", () => {
    const prices = [flatPrice("31.00"), unitPrice("packages", "50.00")];

    const plan = planPeriodClose(
      facts(prices, { counters: [counter("packages", 2n)] }),
      JANUARY_MS + DAY_MS,
    );

    expect(linesOf(plan.invoice)).toEqual([
      "flat base 100 2026-01-01",
      "usage packages 10000 2026-01-01",
    ]);
  });
});

describe("the final invoice", () => {
  const ended = endedAt(running, JANUARY_MS + 10 * DAY_MS);

  test("bills what came late, each period's under its own name, cut where the subscription ended", () => {
    const counters = [
      counter("packages", 7n, { billedQuantity: unitsToNanos(5n), closings: 1 }),
      counter("packages", 1n, { periodStartMs: Date.UTC(2025, 11, 1), closings: 1 }),
      counter("calls", 3n, { closings: 1 }),
    ];
    const prices = [unitPrice("packages", "50.00"), unitPrice("calls", "1.00")];

    const plan = planFinalClose(facts(prices, { subscription: ended, counters }));

    expect(linesOf(plan.invoice)).toEqual([
      "late_usage packages 5000 2025-12-01",
      "late_usage calls 300 2026-01-01",
      "late_usage packages 10000 2026-01-01",
    ]);
    expect(plan.invoice?.lines.map(({ period }) => period.endMs)).toEqual([
      JANUARY_MS,
      ended.endedAtMs,
      ended.endedAtMs,
    ]);
    expect(plan.close).toMatchObject({ kind: "final", periodStartMs: JANUARY_MS });
    expect(plan.subscription).toMatchObject({ status: "canceled", nextActionMs: null });
  });

  test("is none when nothing came", () => {
    const plan = planFinalClose(facts([unitPrice("packages", "50.00")], { subscription: ended }));

    expect(plan.invoice).toBeNull();
    expect(plan.subscription.nextActionMs).toBeNull();
  });
});

describe("the opening invoice", () => {
  const openingOf = (prices: readonly PriceDraft[]) =>
    planStart(facts(prices, { subscription: waiting, nowMs: JANUARY_MS }), JANUARY_MS).invoice;

  test("bills the first period of what is billed in advance, and nothing else", () => {
    const prices = [
      flatPrice("10.00", "advance"),
      flatPrice("20.00"),
      unitPrice("packages", "50.00"),
    ];

    const opening = openingOf(prices);

    expect(linesOf(opening)).toEqual(["flat base 1000 2026-01-01"]);
    expect(opening).toMatchObject({
      reason: "opening",
      period: { startMs: JANUARY_MS, endMs: FEBRUARY_MS },
      totalMinor: 1000n,
    });
  });

  test.each([
    { because: "everything is billed in arrears", prices: [flatPrice("20.00")] },
    { because: "what is billed in advance costs nothing", prices: [flatPrice("0", "advance")] },
  ])("is none when $because", ({ prices }) => {
    expect(openingOf(prices)).toBeNull();
  });
});

test("late usage that takes a tier's price back is a negative line", () => {
  const tiers = [tier("100", "1.00"), tier(null, "0.60")];
  const late = counter("calls", 110n, {
    periodStartMs: Date.UTC(2025, 11, 1),
    billedQuantity: unitsToNanos(90n),
    closings: 1,
  });

  const plan = planPeriodClose(
    facts([tieredPrice("calls", "volume", tiers)], { counters: [late] }),
  );

  // 110 × 0.60 = 66.00, of which 90.00 was billed.
  expect(linesOf(plan.invoice)).toEqual(["late_usage calls -2400 2025-12-01"]);
});
