import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { listAttempts } from "#modules/payments/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { flatPrice } from "#test/support/builders/plan.ts";
import {
  type BillingWorld,
  createBillingWorld,
  PAID,
  START_MS,
} from "#test/support/payments/billing-world.ts";
import { breakableRail, type RailFaults } from "#test/support/payments/breakable-rail.ts";
import { activateSubscription } from "./activate-subscription.ts";
import { advanceClock } from "./advance-clock.ts";
import { collectDue, collectDueOf } from "./collect-due-payments.ts";
import { removeCard } from "./remove-card.ts";

const faults: RailFaults = {};
let world: BillingWorld;
beforeAll(async () => {
  world = await createBillingWorld(breakableRail(faults));
});
afterAll(() => world.close());

describe("a payment with a card that works", () => {
  test("is collected, and everything that follows from it is written", async () => {
    const owing = await world.newOwing();
    const collected = await world.collect(owing);

    expect(collected).toMatchObject({ type: "settled", payment: { status: "succeeded" } });
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toMatchObject([
      { amount: 299_900, currency: "jmd", status: "succeeded" },
    ]);
    expect(await world.attemptsOf(owing)).toMatchObject([
      { attemptNumber: 1, outcome: "succeeded", chargeRef: expect.stringMatching(/^ch_/) },
    ]);
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.slice(-2)).toEqual(["payment.succeeded", "invoice.paid"]);
  });

  test("is not collected again, nor before it is due", async () => {
    const owing = await world.newOwing();
    await world.collect(owing);
    expect(await world.collect(owing)).toEqual({ type: "taken" });
    expect(await world.succeededCountOf(owing)).toBe(1);
  });

  test("is found by the clock of the server, once for all who look", async () => {
    const owing = await world.newOwing();
    const [here, there] = [world.collector, world.newCollector()];
    const counts = await Promise.all([collectDue(here), collectDue(here), collectDue(there)]);
    expect(Math.max(...counts)).toBe(1);
    expect(await world.succeededCountOf(owing)).toBe(1);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await collectDue(here)).toBe(0);
  });

  test("is found by its customer's own clock, where there is one", async () => {
    const { subscription } = await world.newSubscription(
      { prices: [flatPrice("10.00", "advance")] },
      { testClockAtMs: START_MS - 365 * DAY_MS },
    );
    await world.giveCard(subscription.customerId, "pm_card_visa");
    await world.inProject((tx) => activateSubscription(world.engine, tx, subscription));
    expect(await world.inProject((tx) => getSubscription(tx, subscription))).toMatchObject({
      status: "incomplete",
    });

    await collectDue(world.collector);

    expect(await world.inProject((tx) => getSubscription(tx, subscription))).toMatchObject({
      status: "active",
      period: { startMs: START_MS - 365 * DAY_MS },
    });
    const [invoice] = await world.invoicesOf(subscription.customerId);
    expect(invoice).toMatchObject({ status: "paid", paidAtMs: START_MS - 365 * DAY_MS });
    const events = await world.eventsOf(subscription.customerId);
    expect(events.slice(-3)).toEqual([
      "payment.succeeded",
      "invoice.paid",
      "subscription.activated",
    ]);
  });

  test("is waited for by whoever asks for this customer while another has it", async () => {
    const owing = await world.newOwing();
    const { projectId, clock } = world;
    const whose = { projectId, customerId: owing.payment.customerId, nowMs: clock.now() };
    await Promise.all([
      collectDueOf(world.collector, whose),
      collectDueOf(world.newCollector(), whose),
    ]);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.succeededCountOf(owing)).toBe(1);
  });
});

describe("a payment that is declined", () => {
  test("is tried again by the schedule, and in the end given up with its subscription", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    const startMs = world.clock.now();
    const days: number[] = [];
    for (;;) {
      const collected = await world.collect(owing);
      if (collected.type !== "settled") throw new Error("every attempt has an outcome");
      days.push((world.clock.now() - startMs) / DAY_MS);
      const { status, nextAttemptMs } = collected.payment;
      if (status === "failed" || nextAttemptMs === null) break;
      expect(await world.stateOf(owing)).toMatchObject({
        subscription: "past_due",
        invoice: "open",
        owed: 299_900n,
      });
      world.clock.moveTo(nextAttemptMs - 1);
      expect(await world.collect(owing)).toEqual({ type: "taken" });
      world.clock.moveTo(nextAttemptMs);
    }
    expect(days).toEqual([0, 1, 3, 5, 7]);
    expect(await world.stateOf(owing)).toMatchObject({
      subscription: "canceled",
      invoice: "uncollectible",
      collected: 0n,
    });
    expect(await world.chargesOf(owing)).toHaveLength(5);
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.filter((type) => type === "payment.failed")).toHaveLength(5);
    expect(events.filter((type) => type === "subscription.past_due")).toHaveLength(1);
    expect(events.filter((type) => type === "subscription.canceled")).toHaveLength(1);
  });

  test("is tried at once when another card is saved, and the subscription recovers", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    await world.collect(owing);
    expect(await world.stateOf(owing)).toMatchObject({ subscription: "past_due" });

    await world.giveCard(owing.payment.customerId, "pm_card_mastercard");
    await world.collect(owing);

    expect(await world.stateOf(owing)).toEqual(PAID);
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.slice(-3)).toEqual([
      "payment.succeeded",
      "invoice.paid",
      "subscription.recovered",
    ]);
  });

  test("is tried at once when another card was saved while it was being charged", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    faults.onConfirmed = async () => {
      await world.giveCard(owing.payment.customerId, "pm_card_mastercard");
    };

    const first = await world.collect(owing);
    await world.collect(owing);

    expect(first).toMatchObject({ payment: { nextAttemptMs: world.clock.now() } });
    expect(await world.stateOf(owing)).toEqual(PAID);
  });

  test("counts as declined when there is no card to charge", async () => {
    const owing = await world.newOwing(null);
    expect(await world.collect(owing)).toMatchObject({
      type: "settled",
      payment: { status: "pending", lastFailureCode: "no_payment_method" },
    });
    expect(await world.stateOf(owing)).toMatchObject({ subscription: "past_due" });
  });

  test("charges the newest of the other cards once the one that was charged is removed", async () => {
    const owing = await world.newOwing("pm_card_visa");
    const { customerId } = owing.payment;
    const second = await world.giveCard(customerId, "pm_card_chargeCustomerFail");
    await removeCard(world.collector, world.projectId, second);
    await world.collect(owing);
    expect(await world.stateOf(owing)).toEqual(PAID);
  });
});

describe("a customer on a test clock", () => {
  test("lives through every retry on the way, each at its own instant", async () => {
    const { subscription } = await world.newSubscription(
      { prices: [flatPrice("2999.00")] },
      { testClockAtMs: START_MS },
    );
    const { customerId } = subscription;
    await world.giveCard(customerId, "pm_card_chargeCustomerFail");
    await world.inProject((tx) => activateSubscription(world.engine, tx, subscription));
    const { period } = await world.inProject((tx) => getSubscription(tx, subscription));
    const endMs = period?.endMs ?? 0;

    const owner = { projectId: world.projectId, customerId };
    await advanceClock(world.collector, owner, endMs + 7 * DAY_MS);

    const invoices = await world.invoicesOf(customerId);
    const first = invoices.find(({ issuedAtMs }) => issuedAtMs === endMs);
    const payment = await world.paymentOf({ customerId, id: first?.id ?? 0n });
    const attempts = await world.inProject((tx) => listAttempts(tx, payment));
    expect(attempts.map(({ startedAtMs }) => (startedAtMs - endMs) / DAY_MS)).toEqual([
      0, 1, 3, 5, 7,
    ]);
    expect(payment).toMatchObject({ status: "failed", settledAtMs: endMs + 7 * DAY_MS });
    expect(await world.inProject((tx) => getSubscription(tx, subscription))).toMatchObject({
      status: "canceled",
      endedAtMs: endMs + 7 * DAY_MS,
    });
  });
});

test("nothing of all this was a defect", () => {
  expect(world.defects).toEqual([]);
});
