import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

describe("two subscriptions of one customer", () => {
  test("are counted, billed and ended each by itself", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const plan = await story.publish([flat("100.00"), perUnit("packages", "1.00")]);
    const first = await ada.subscribes(plan);
    await ada.livesUntil("2026-01-10");
    const second = await ada.subscribes(plan);
    await first.uses("packages", "5");
    await second.uses("packages", "7");
    await second.cancels("at period end");

    await ada.livesUntil("2026-03-01");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-02-01", total: "105.00" },
      { issued: "2026-02-10", total: "107.00" },
      { issued: "2026-03-01", total: "100.00" },
    ]);
    expect(await first.now()).toMatchObject({ status: "active" });
    expect(await second.now()).toMatchObject({ status: "canceled" });
    expect((await ada.books())["receivable"]).toBe(0n);
  });

  test("that end at the same instant get an invoice and a charge each", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const plan = await story.publish([flat("100.00")]);
    await ada.subscribes(plan);
    await ada.subscribes(plan);

    await ada.livesUntil("2026-02-01");

    const invoices = await ada.invoices();
    expect(invoices).toMatchObject([{ status: "paid" }, { status: "paid" }]);
    expect(new Set(invoices.map(({ number }) => number)).size).toBe(2);
    expect(await ada.attempts()).toEqual(["2026-02-01 succeeded", "2026-02-01 succeeded"]);
  });

  test("usage that names only the customer goes to the one that has the metric, else it is refused", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const shipping = await ada.subscribes(await story.publish([perUnit("packages", "1.00")]));
    await ada.subscribes(await story.publish([perUnit("calls", "0.01")]));
    const report = (metric: string) =>
      shop.call("POST", "/v1/usage", {
        body: { customer: ada.id, metric, quantity: "1", reference_id: metric },
      });
    expect((await report("packages")).status).toBe(200);
    expect((await report("returns")).body.code).toBe("usage_metric_unknown");
    const usage = await shop.call("GET", `/v1/subscriptions/${shipping.id}/usage`);
    expect(usage.body.metrics).toEqual([
      { metric: "packages", meter: "packages", aggregation: "sum", quantity: "1", event_count: 1 },
    ]);

    await ada.subscribes(await story.publish([perUnit("calls", "0.02")]));
    const ambiguous = await report("calls");

    expect([ambiguous.status, ambiguous.body.code]).toEqual([409, "usage_subscription_ambiguous"]);
  });
});

test("a second subscription takes usage that names only the customer at once", async () => {
  const ada = await story.welcome({ clock: null });
  await ada.subscribes(await story.publish([perUnit("packages", "1.00")]));
  const report = (metric: string) =>
    shop.call("POST", "/v1/usage", {
      body: { customer: ada.id, metric, quantity: "1", reference_id: metric },
    });
  expect((await report("packages")).status).toBe(200);
  expect((await report("calls")).body.code).toBe("usage_metric_unknown");

  await ada.subscribes(await story.publish([perUnit("calls", "0.01")]));

  expect((await report("calls")).status).toBe(200);
});

test("the first plan decides a customer's currency; a plan in another one is refused", async () => {
  const ada = await story.welcome();
  await ada.subscribes(await story.publish([flat("100.00")], { currency: "JMD" }));
  const dollars = await story.publish([flat("100.00")], { currency: "USD" });

  const { status, body } = await shop.call("POST", "/v1/subscriptions", {
    body: { customer: ada.id, plan: dollars },
  });

  expect([status, body.code]).toEqual([409, "currency_mismatch"]);
});

test("a currency without a minor unit is rounded to its whole one", async () => {
  const plan = await story.publish([perUnit("packages", "0.5")], { currency: "JPY" });
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  await subscription.uses("packages", "3");

  await ada.livesUntil("2026-02-01");

  expect(await ada.invoices()).toMatchObject([{ total: "2", lines: ["packages: 3 → 2"] }]);
});

test("a new version of a plan is sold from now on; who subscribed before keeps the old one", async () => {
  const plan = await story.publish([flat("100.00"), perUnit("packages", "1.00")]);
  const early = await story.welcome({ clock: "2026-01-01" });
  const before = await early.subscribes(plan);
  const version = {
    name: "Dearer",
    currency: "JMD",
    interval: { unit: "week" },
    prices: [flat("200.00"), perUnit("packages", "2.00"), perUnit("returns", "3.00")],
  };
  await shop.call("POST", `/v1/plans/${plan}/versions`, { body: version });
  const late = await story.welcome({ clock: "2026-01-01" });
  const after = await late.subscribes(plan);
  await before.uses("packages", "1");
  await after.uses("packages", "1");
  expect((await before.reports("returns", "1")).body.code).toBe("usage_metric_unknown");

  await early.livesUntil("2026-02-01");
  await late.livesUntil("2026-01-08");

  expect(await early.invoices()).toMatchObject([{ issued: "2026-02-01", total: "101.00" }]);
  expect(await late.invoices()).toMatchObject([{ issued: "2026-01-08", total: "202.00" }]);
});

test("an archived plan is not sold, and goes on for who has it", async () => {
  const plan = await story.publish([flat("100.00")]);
  const ada = await story.welcome({ clock: "2026-01-01" });
  await ada.subscribes(plan);
  await shop.call("POST", `/v1/plans/${plan}/archive`);

  const { status, body } = await shop.call("POST", "/v1/subscriptions", {
    body: { customer: ada.id, plan },
  });
  await ada.livesUntil("2026-03-01");

  expect([status, body.code]).toEqual([409, "plan_archived"]);
  expect(await ada.invoices()).toHaveLength(2);
});

test("the same reference answers the same subscription, whatever else is said", async () => {
  const plan = await story.publish([flat("100.00")]);
  const ada = await story.welcome();
  const first = await ada.subscribes(plan, { reference_id: "order-1", title: "One" });

  const again = await ada.subscribes(plan, { reference_id: "order-1", title: "Two" });

  expect(again.id).toBe(first.id);
  expect(await again.now()).toMatchObject({ title: "One" });
});
