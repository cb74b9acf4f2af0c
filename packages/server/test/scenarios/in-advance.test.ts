import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("1000.00", "advance"), perUnit("packages", "50.00")]);
});
afterAll(() => shop.stop());

const thanks = { return_url: "https://shop.example/thanks" };

describe("without a card on file", () => {
  test("it waits, and begins with the payment of its first invoice on the page", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(plan, thanks);
    expect(await subscription.now()).toMatchObject({ status: "incomplete", activated_at: null });
    expect(await ada.invoices()).toEqual([]);
    const tooSoon = await subscription.reports("packages", "1");
    expect([tooSoon.status, tooSoon.body.code]).toEqual([409, "subscription_not_active"]);

    expect(await subscription.pays()).toBe("https://shop.example/thanks");

    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await subscription.period()).toBe("2026-01-01 – 2026-02-01");
    expect(await ada.invoices()).toMatchObject([
      { reason: "opening", status: "paid", total: "1000.00", lines: ["Base fee: 1000.00"] },
    ]);
  });

  test("each renewal bills the next base fee, and the usage of the period that is over", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(plan, thanks);
    await subscription.pays();
    await subscription.uses("packages", "3");

    await ada.livesUntil("2026-03-01");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-01", total: "1000.00" },
      {
        issued: "2026-02-01",
        total: "1150.00",
        lines: ["packages: 3 → 150.00", "Base fee: 1000.00"],
      },
      { issued: "2026-03-01", total: "1000.00", lines: ["Base fee: 1000.00"] },
    ]);
    expect(await ada.books()).toMatchObject({ receivable: 0n, "rail:stripe": 315_000n });
  });

  test("a card that is declined on the page changes nothing, and another one may be tried", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(plan, thanks);

    await expect(subscription.pays("4000 0000 0000 0002")).rejects.toThrow("declined");
    expect(await subscription.now()).toMatchObject({ status: "incomplete" });
    expect(await ada.invoices()).toEqual([]);

    await subscription.pays();
    expect(await subscription.now()).toMatchObject({ status: "active" });
  });

  test("following the link again after paying leads on, and charges nothing", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(plan, thanks);
    await subscription.pays();

    const link = new URL(subscription.paymentUrl ?? "").pathname;
    const again = await shop.call("GET", link, { token: null });

    expect(again.headers["location"]).toBe("https://shop.example/thanks");
    expect(await ada.invoices()).toHaveLength(1);
  });
});

describe("with a card on file", () => {
  test("it begins as soon as the card is charged", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    expect(subscription.paymentUrl).toBeNull();

    await shop.settle();

    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await ada.invoices()).toMatchObject([{ reason: "opening", status: "paid" }]);
    expect(await ada.events()).toEqual([
      "customer.created",
      "subscription.created",
      "invoice.finalized",
      "payment.succeeded",
      "invoice.paid",
      "subscription.activated",
    ]);
  });

  test("a declined card leaves it incomplete, and it is tried again on the schedule", async () => {
    const ada = await story.welcome({ card: "pm_card_chargeCustomerFail" });
    const subscription = await ada.subscribes(plan);
    await ada.livesUntil("2026-01-04T12:00");

    expect(await subscription.now()).toMatchObject({ status: "incomplete" });
    expect(await ada.attempts()).toEqual([
      "2026-01-01 declined",
      "2026-01-02 declined",
      "2026-01-04 declined",
    ]);
    await ada.gives("pm_card_visa");
    await shop.settle();

    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await subscription.period()).toBe("2026-01-01 – 2026-02-01");
    expect((await ada.attempts()).at(-1)).toBe("2026-01-04T12:00 succeeded");
  });

  test("declined to the end, it is given up: canceled, and its invoice void", async () => {
    const ada = await story.welcome({ card: "pm_card_chargeCustomerFail" });
    const subscription = await ada.subscribes(plan);

    await ada.livesUntil("2026-03-01");

    expect(await subscription.now()).toMatchObject({
      status: "canceled",
      ended_at: "2026-01-08T00:00:00.000Z",
    });
    expect(await ada.invoices()).toMatchObject([{ status: "void", total: "1000.00" }]);
  });
});

test("canceled now, what was paid in advance is kept and only the usage is billed", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  await subscription.uses("packages", "2");
  await ada.livesUntil("2026-01-10");

  await subscription.cancels("now");

  expect(await ada.invoices()).toMatchObject([
    { reason: "opening", total: "1000.00" },
    { reason: "renewal", total: "100.00", lines: ["packages: 2 → 100.00"] },
  ]);
});

test("canceled at the period's end, no further period is billed in advance", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  await subscription.cancels("at period end");

  await ada.livesUntil("2026-06-01");

  expect(await ada.invoices()).toMatchObject([{ reason: "opening", total: "1000.00" }]);
  expect(await subscription.now()).toMatchObject({ ended_at: "2026-02-01T00:00:00.000Z" });
});

test("a fixed term of 30 days is sold one after the other", async () => {
  const interval = { unit: "fixed_days", count: 30 };
  const terms = await story.publish([flat("10.00", "advance")], { interval });
  const ada = await story.welcome();
  await ada.subscribes(terms);

  await ada.livesUntil("2026-03-05");

  expect((await ada.invoices()).map(({ issued }) => issued)).toEqual([
    "2026-01-01",
    "2026-01-31",
    "2026-03-02",
  ]);
});

test("a plan that costs nothing begins at once and is never invoiced", async () => {
  const free = await story.publish([flat("0", "advance")]);
  const ada = await story.welcome();
  const subscription = await ada.subscribes(free);

  await ada.livesUntil("2026-03-05");

  expect(await subscription.now()).toMatchObject({ status: "active" });
  expect(await subscription.period()).toBe("2026-03-01 – 2026-04-01");
  expect(await ada.invoices()).toEqual([]);
});
