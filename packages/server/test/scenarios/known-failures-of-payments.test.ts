import type { Fault } from "@farthing/stripe-sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Customer, flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("10.00", "advance")]);
});
afterEach(() => shop.app.sandbox.faults.clear());
afterAll(() => shop.stop());

const PAID_ONCE = ["payment.succeeded", "invoice.paid", "subscription.activated"];

/** What was charged at the rail since `before` charges were there. */
const charged = (before = 0) =>
  shop.app.sandbox.journal
    .charges()
    .slice(before)
    .filter(({ status }) => status === "succeeded").length;
const play = (...faults: readonly Fault[]) => shop.app.sandbox.faults.add(...faults);

/** Buys with a card on file, and lets late notices come in and broken work be taken up again. */
async function buys(): Promise<{ ada: Customer; charges: number; told: string[] }> {
  const before = charged();
  const ada = await story.welcome({ clock: null });
  await ada.subscribes(plan);
  for (let round = 0; round < 3; round += 1) await shop.moveTo(shop.clock.now() + 2 * MINUTE_MS);
  const told = (await ada.events()).filter((type) => PAID_ONCE.includes(type));
  // A fault that never struck proves nothing.
  expect(shop.app.sandbox.faults.list().filter(({ hitCount }) => hitCount === 0)).toEqual([]);
  return { ada, charges: charged(before), told };
}

describe("failures that billing engines had with payments, and that are none here", () => {
  test("a notice of a payment comes ten times: it is told and booked once", async () => {
    play({ fault: "duplicate_webhooks", copies: 10, times: null });

    const { ada, charges, told } = await buys();

    expect([charges, told]).toEqual([1, PAID_ONCE]);
    expect(await ada.books()).toEqual({ receivable: 0n, "rail:stripe": 1000n, revenue: -1000n });
  });

  test("news of a payment come before it is known to have been made: it is settled all the same", async () => {
    play(
      { fault: "webhooks_before_answer", on: "POST /v1/payment_intents/:id/confirm" },
      { fault: "reordered_webhooks", times: null },
      { fault: "late_webhooks", on: "payment_intent.created", delayMs: MINUTE_MS },
    );

    const { ada, charges, told } = await buys();

    expect([charges, told]).toEqual([1, PAID_ONCE]);
    expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
  });

  test("a notice is taken in, and its handling breaks off: it is handled when it can be", async () => {
    // Only notices bring a dispute, and the provider does not say what it is, however often it is asked.
    play({ fault: "server_error", on: "GET /v1/disputes/:id", times: null, isDone: false });
    const ada = await story.welcome({ clock: null, card: "pm_card_createDispute" });
    await ada.subscribes(plan);
    await shop.settle();
    expect(shop.app.sandbox.faults.list().map(({ hitCount }) => hitCount > 0)).toEqual([true]);
    expect((await ada.books())["disputes"]).toBeUndefined();

    shop.app.sandbox.faults.clear();
    await shop.moveTo(shop.clock.now() + MINUTE_MS);

    expect(await ada.books()).toMatchObject({ disputes: 1000n, "rail:stripe": 0n });
    expect((await ada.events()).filter((type) => type === "dispute.opened")).toHaveLength(1);
  });

  test("a checkout is open in two windows and paid in both: it charges once", async () => {
    const before = charged();
    const ada = await story.welcome({ clock: null, card: null });
    const subscription = await ada.subscribes(plan);
    const link = new URL(subscription.paymentUrl ?? "").pathname;
    const open = async () =>
      String((await shop.call("GET", link, { token: null })).headers["location"]);
    const [here, there] = await Promise.all([open(), open()]);

    const paid = [here, there].map((page) => payOnPage(shop.app.sandbox, page));
    await Promise.allSettled(paid);
    await shop.settle();

    expect(charged(before)).toBe(1);
    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await ada.invoices()).toMatchObject([{ status: "paid", total: "10.00" }]);
  });

  test("a checkout that has ended is left open in a window, and paid beside a new one: it charges once", async () => {
    const before = charged();
    const ada = await story.welcome({ clock: null, card: null });
    const subscription = await ada.subscribes(plan);
    const link = new URL(subscription.paymentUrl ?? "").pathname;
    const old = await shop.call("GET", link, { token: null });
    await shop.moveTo(shop.clock.now() + 2 * DAY_MS);

    await subscription.pays();
    const late = payOnPage(shop.app.sandbox, String(old.headers["location"]));

    await expect(late).rejects.toThrow("the page answered");
    await shop.settle();
    expect(charged(before)).toBe(1);
    expect(await subscription.now()).toMatchObject({ status: "active" });
  });
});
