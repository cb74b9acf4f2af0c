import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { DAY_MS } from "#kernel/clock.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { planCollection } from "#modules/payments/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { unstartedSubscription } from "#test/support/builders/subscription.ts";
import { planSettlement, type SettlementFacts } from "./plan-settlement.ts";

const OPENED_MS = Date.UTC(2026, 0, 31);
const NOW_MS = OPENED_MS + DAY_MS;
const period = { startMs: OPENED_MS, endMs: Date.UTC(2026, 1, 28) };

const running = unstartedSubscription(OPENED_MS, {
  status: "active",
  anchorMs: OPENED_MS,
  beganMs: OPENED_MS,
  period: { ...period, index: 0 },
  nextActionMs: period.endMs,
  activatedAtMs: OPENED_MS,
});

const invoice: Invoice = {
  customerId: 1n,
  id: 4n,
  subscriptionId: 2n,
  number: 1n,
  status: "open",
  reason: "renewal",
  currency: "JMD",
  period,
  totalMinor: 100n,
  creditAppliedMinor: 0n,
  creditedMinor: 0n,
  amountPaidMinor: 0n,
  issuedAtMs: OPENED_MS,
  collection: "charge",
  dueAtMs: OPENED_MS,
  overdueAtMs: null,
  paidAtMs: null,
  lines: [],
};

const terms = { id: 5n, rail: "stripe" as const, isOnTestClock: false, nowMs: OPENED_MS };
const payment = present(
  planCollection({ ...invoice, dueMinor: 100n }, terms),
  "there is something to pay",
);

const facts: SettlementFacts = {
  payment,
  invoice,
  subscription: running,
  outcome: { type: "succeeded" },
  hasAnotherCard: false,
  isOwingMore: false,
  retryDays: [1],
  whenUnpaid: "cancel",
  nowMs: NOW_MS,
};
const waiting: Subscription = {
  ...running,
  status: "incomplete",
  anchorMs: null,
  period: null,
  activatedAtMs: null,
};
const canceled = { ...running, status: "canceled" as const };
const pastDue = { ...running, status: "past_due" as const };
const declined = { type: "declined", code: "expired_card" } as const;
const paidEvents = ["payment.succeeded", "invoice.paid"];

describe("a payment that succeeded", () => {
  test.each([
    {
      subscription: running,
      change: {},
      becomes: "active",
      told: [],
      because: "a subscription that runs goes on",
    },
    {
      subscription: pastDue,
      change: {},
      becomes: "active",
      told: ["subscription.recovered"],
      because: "nothing is owed any more",
    },
    {
      subscription: pastDue,
      change: { isOwingMore: true },
      becomes: "past_due",
      told: [],
      because: "another charge is still failing",
    },
    {
      subscription: waiting,
      change: { invoice: { ...invoice, reason: "opening" as const } },
      becomes: "active",
      told: ["subscription.activated"],
      because: "it was the first one",
    },
    {
      subscription: canceled,
      change: { invoice: { ...invoice, status: "uncollectible" as const } },
      becomes: "canceled",
      told: [],
      because: "what has ended stays so, though its debt is paid",
    },
  ])("leaves a subscription $becomes: $because", ({ subscription, change, becomes, told }) => {
    const plan = planSettlement({ ...facts, subscription, ...change });
    expect(plan.subscription?.status).toBe(becomes);
    expect(plan.eventTypes).toEqual([...paidEvents, ...told]);
    expect(plan.invoice).toMatchObject({
      status: "paid",
      amountPaidMinor: 100n,
      paidAtMs: NOW_MS,
    });
    expect(plan.endsSubscription).toBe(false);
  });

  test("starts the first period where the invoice says that it starts", () => {
    const opening = { ...invoice, reason: "opening" as const };
    const plan = planSettlement({ ...facts, subscription: waiting, invoice: opening });
    expect(plan.subscription).toMatchObject({
      period: { ...period, index: 0 },
      activatedAtMs: NOW_MS,
    });
  });
});

describe("a payment that failed and is tried again", () => {
  test.each([
    {
      subscription: running,
      becomes: "past_due",
      told: ["subscription.past_due"],
      because: "it owes now",
    },
    { subscription: pastDue, becomes: "past_due", told: [], because: "that is no news" },
    { subscription: waiting, becomes: "incomplete", told: [], because: "it never began" },
    { subscription: canceled, becomes: "canceled", told: [], because: "it has ended" },
  ])("leaves a subscription $becomes: $because", ({ subscription, becomes, told }) => {
    const plan = planSettlement({ ...facts, subscription, outcome: declined });
    expect(plan.subscription?.status).toBe(becomes);
    expect(plan.eventTypes).toEqual(["payment.failed", ...told]);
    expect(plan.invoice).toEqual(invoice);
    expect(plan.payment.nextAttemptMs).toBe(NOW_MS + DAY_MS);
  });
});

describe("a payment that failed while another card was being saved", () => {
  test.each([
    { retryDays: [1], because: "it does not wait for the next day of the schedule" },
    { retryDays: [], because: "it is not given up, though the schedule is over" },
  ])("is tried at once: $because", ({ retryDays }) => {
    const failed = { ...facts, outcome: declined, hasAnotherCard: true, retryDays };

    const plan = planSettlement(failed);

    expect(plan.payment).toMatchObject({
      status: "pending",
      nextAttemptMs: NOW_MS,
      firstFailedMs: NOW_MS,
      settledAtMs: null,
    });
    expect([plan.invoice.status, plan.endsSubscription]).toEqual(["open", false]);
  });
});

describe("a payment that a change awaits", () => {
  const held = { planId: 6n, planVersion: 1, quantity: 1n, billable: 1n, licensed: null };
  const awaitedChange = {
    invoiceId: invoice.id,
    requestedAtMs: OPENED_MS,
    plan: held,
    addOns: [],
  };
  const awaited: SettlementFacts = {
    ...facts,
    invoice: { ...invoice, reason: "change" },
    subscription: { ...running, awaitedChange },
  };
  const needsAction = { type: "needs_action", code: "authentication_required" } as const;
  const takenBack = ["invoice.voided", "subscription.change_withdrawn"];

  test.each([
    {
      outcome: { type: "succeeded" } as const,
      becomes: ["succeeded", "paid", true, null],
      told: paidEvents,
      because: "it is granted by whoever writes this",
    },
    {
      outcome: declined,
      becomes: ["canceled", "void", false, null],
      told: ["payment.failed", ...takenBack],
      because: "nothing is owed for what was not granted",
    },
    {
      outcome: needsAction,
      becomes: ["pending", "open", true, null],
      told: ["payment.failed", "payment.action_required"],
      because: "the payer can still bring it about, and nobody else",
    },
  ])("$outcome.type is $becomes: $because", ({ outcome, becomes, told }) => {
    const plan = planSettlement({ ...awaited, outcome, hasAnotherCard: true });
    const isAwaiting = plan.subscription?.awaitedChange === awaitedChange;
    const { status, nextAttemptMs } = plan.payment;
    expect([status, plan.invoice.status, isAwaiting, nextAttemptMs]).toEqual(becomes);
    expect(plan.eventTypes).toEqual(told);
    expect(plan.subscription?.status).toBe("active");
    expect([plan.endsSubscription, plan.payment.firstFailedMs]).toEqual([false, null]);
  });

  test("does not make good for a subscription that owes for what runs", () => {
    const subscription = { ...pastDue, awaitedChange };
    expect(planSettlement({ ...awaited, subscription }).subscription?.status).toBe("past_due");
  });
});

describe("a payment that is given up", () => {
  test.each([
    { subscription: pastDue, ends: true, because: "it was not paid for" },
    { subscription: waiting, ends: true, because: "it can no longer begin" },
    { subscription: canceled, ends: false, because: "it has ended before" },
  ])("ends its subscription, $ends: $because", ({ subscription, ends }) => {
    const last = { ...facts, subscription, outcome: declined, retryDays: [] };
    expect(planSettlement(last)).toMatchObject({
      payment: { status: "failed" },
      invoice: { status: "uncollectible" },
      endsSubscription: ends,
      eventTypes: ["payment.failed"],
    });
  });
});
