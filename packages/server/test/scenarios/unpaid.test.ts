import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

async function unpaidMember() {
  const plan = await story.publish([flat("2999.00")], { when_unpaid: "stay_past_due" });
  const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  return { ada, subscription: await ada.subscribes(plan) };
}

test("a plan may let an unpaid subscription run on: past due, its invoice given up", async () => {
  const { ada, subscription } = await unpaidMember();

  await ada.livesUntil("2026-02-20");

  expect(await subscription.now()).toMatchObject({ status: "past_due", ended_at: null });
  expect(await ada.invoices()).toMatchObject([{ status: "uncollectible", total: "2999.00" }]);
  expect(await ada.attempts()).toHaveLength(5);
  const events = await ada.events();
  expect(events.filter((type) => type === "subscription.past_due")).toHaveLength(1);
  expect(events).not.toContain("subscription.canceled");
});

test("it is billed on, each invoice by its own schedule", async () => {
  const { ada, subscription } = await unpaidMember();

  await ada.livesUntil("2026-03-10");

  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-02-01", status: "uncollectible" },
    { issued: "2026-03-01", status: "uncollectible" },
  ]);
  expect(await subscription.now()).toMatchObject({ status: "past_due" });
});

test("another card pays what was given up, and makes it active again", async () => {
  const { ada, subscription } = await unpaidMember();
  await ada.livesUntil("2026-03-10");

  await ada.gives("pm_card_visa");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "active" });
  expect((await ada.invoices()).map(({ status }) => status)).toEqual(["paid", "paid"]);
  expect((await ada.books())["receivable"]).toBe(0n);
  const recoveries = (await ada.events()).filter((type) => type === "subscription.recovered");
  expect(recoveries).toHaveLength(1);
});

test("another card that fails too leaves all as it was", async () => {
  const { ada, subscription } = await unpaidMember();
  await ada.livesUntil("2026-02-20");

  await ada.gives("pm_card_chargeCustomerFail");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "past_due" });
  expect(await ada.invoices()).toMatchObject([{ status: "uncollectible" }]);
  expect(await ada.attempts()).toHaveLength(6);
});

test("a subscription that never began ends all the same", async () => {
  const plan = await story.publish([flat("10.00", "advance")], { when_unpaid: "stay_past_due" });
  const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  const subscription = await ada.subscribes(plan);

  await ada.livesUntil("2026-01-10");

  expect(await subscription.now()).toMatchObject({ status: "canceled" });
});
