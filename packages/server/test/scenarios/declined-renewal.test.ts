import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("2999.00")]);
});
afterAll(() => shop.stop());

async function subscriberWhoseCardFails() {
  const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  return { ada, subscription: await ada.subscribes(plan) };
}

test("a declined renewal is past due, is tried on days 1, 3, 5 and 7, and then ends it", async () => {
  const { ada, subscription } = await subscriberWhoseCardFails();
  await ada.livesUntil("2026-02-01");
  expect(await subscription.now()).toMatchObject({ status: "past_due" });
  expect(await ada.invoices()).toMatchObject([{ status: "open", total: "2999.00" }]);
  expect((await ada.books())["receivable"]).toBe(299_900n);

  await ada.livesUntil("2026-02-07T23:59");
  expect(await subscription.now()).toMatchObject({ status: "past_due" });
  await ada.livesUntil("2026-02-08");

  expect(await subscription.now()).toMatchObject({
    status: "canceled",
    ended_at: "2026-02-08T00:00:00.000Z",
  });
  // February ran for 7 of its 28 days, and is owed as well: 2,999.00 ÷ 4.
  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-02-01", status: "uncollectible", total: "2999.00" },
    { issued: "2026-02-08", status: "open", total: "749.75" },
  ]);
  expect((await ada.attempts()).slice(0, 5)).toEqual([
    "2026-02-01 declined",
    "2026-02-02 declined",
    "2026-02-04 declined",
    "2026-02-06 declined",
    "2026-02-08 declined",
  ]);
});

test("the invoice of what ran meanwhile is tried by the same schedule, and changes nothing more", async () => {
  const { ada, subscription } = await subscriberWhoseCardFails();

  await ada.livesUntil("2026-06-01");

  expect(await ada.invoices()).toMatchObject([
    { status: "uncollectible", total: "2999.00" },
    { status: "uncollectible", total: "749.75" },
  ]);
  expect(await ada.attempts()).toHaveLength(10);
  const events = await ada.events();
  expect(events.filter((type) => type === "subscription.canceled")).toHaveLength(1);
  expect(await subscription.now()).toMatchObject({ ended_at: "2026-02-08T00:00:00.000Z" });
});

test("another card is charged at once and makes good for it", async () => {
  const { ada, subscription } = await subscriberWhoseCardFails();
  await ada.livesUntil("2026-02-03");

  await ada.gives("pm_card_visa");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "active" });
  expect(await subscription.period()).toBe("2026-02-01 – 2026-03-01");
  expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
  expect(await ada.books()).toEqual({
    receivable: 0n,
    revenue: -299_900n,
    "rail:stripe": 299_900n,
  });
  expect(await ada.events()).toEqual([
    "customer.created",
    "subscription.created",
    "subscription.activated",
    "invoice.finalized",
    "subscription.renewed",
    "payment.failed",
    "subscription.past_due",
    "payment.failed",
    "payment.succeeded",
    "invoice.paid",
    "subscription.recovered",
  ]);
});

test("a renewal during past due keeps it past due until all that is owed is paid", async () => {
  const weekly = await story.publish([flat("10.00")], { interval: { unit: "day", count: 2 } });
  const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  const subscription = await ada.subscribes(weekly);
  await ada.livesUntil("2026-01-07T12:00");
  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-01-03", status: "open" },
    { issued: "2026-01-05", status: "open" },
    { issued: "2026-01-07", status: "open" },
  ]);

  await ada.gives("pm_card_visa");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "active" });
  expect((await ada.invoices()).map(({ status }) => status)).toEqual(["paid", "paid", "paid"]);
  const recoveries = (await ada.events()).filter((type) => type === "subscription.recovered");
  expect(recoveries).toHaveLength(1);
});

test("canceled while past due: what is owed stays owed, and another card pays it", async () => {
  const { ada, subscription } = await subscriberWhoseCardFails();
  await ada.livesUntil("2026-02-02");
  await subscription.cancels("now");

  await ada.gives("pm_card_visa");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "canceled" });
  expect((await ada.invoices()).map(({ status }) => status)).toEqual(["paid", "paid"]);
  expect((await ada.books())["receivable"]).toBe(0n);
});
