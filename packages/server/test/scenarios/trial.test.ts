import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const prices = [flat("1000.00", "advance"), perUnit("packages", "50.00")];
const tried = (trial: object) => story.publish(prices, { trial });

describe("a trial of 14 days with a card", () => {
  test("costs nothing; its end is announced three days before, and then the first period is paid", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await tried({ days: 14 }));
    expect(await subscription.now()).toMatchObject({
      status: "trialing",
      trial_end: "2026-01-15T00:00:00.000Z",
      billing_anchor: "2026-01-15T00:00:00.000Z",
    });
    expect(await subscription.period()).toBe("2026-01-01 – 2026-01-15");
    await ada.livesUntil("2026-01-11T23:59");
    expect(await ada.events()).not.toContain("subscription.trial_will_end");
    await ada.livesUntil("2026-01-12");
    expect(await ada.events()).toContain("subscription.trial_will_end");
    expect(await ada.invoices()).toEqual([]);

    await ada.livesUntil("2026-02-15");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-15", reason: "opening", total: "1000.00", status: "paid" },
      { issued: "2026-02-15", reason: "renewal", total: "1000.00", status: "paid" },
    ]);
    expect(await ada.events()).toEqual([
      "customer.created",
      "subscription.created",
      "subscription.activated",
      "subscription.trial_will_end",
      "invoice.finalized",
      "subscription.trial_ended",
      "payment.succeeded",
      "invoice.paid",
      "invoice.finalized",
      "subscription.renewed",
      "payment.succeeded",
      "invoice.paid",
    ]);
  });

  test("what is used in it is counted and never billed, also when it comes late", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await tried({ days: 14 }));
    await ada.livesUntil("2026-01-10");
    await subscription.uses("packages", "7");
    await ada.livesUntil("2026-01-20");
    await subscription.uses("packages", "2", { occurred_at: "2026-01-03T00:00:00Z" });
    await subscription.uses("packages", "3", { occurred_at: "2026-01-15T00:00:00Z" });

    await ada.livesUntil("2026-03-15");

    expect((await ada.invoices()).flatMap(({ lines }) => lines)).toEqual([
      "Base fee: 1000.00",
      "packages: 3 → 150.00",
      "Base fee: 1000.00",
      "Base fee: 1000.00",
    ]);
  });

  test("ended early, its first period begins then", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await tried({ days: 14 }));
    await ada.livesUntil("2026-01-05T12:00");

    const { status, body } = await subscription.asks("end_trial");

    expect([status, body.status]).toEqual([200, "active"]);
    expect(await subscription.period()).toBe("2026-01-05T12:00 – 2026-02-05T12:00");
    await ada.livesUntil("2026-01-06");
    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-05T12:00", total: "1000.00", status: "paid" },
    ]);
    const again = await subscription.asks("end_trial");
    expect(again.body).toMatchObject({
      code: "subscription_transition_refused",
      details: { status: "active", allowed_in: ["trialing"] },
    });
  });

  test("canceled in it, now or with its end, nothing was ever owed", async () => {
    const plan = await tried({ days: 14 });
    const ada = await story.welcome();
    const now = await ada.subscribes(plan);
    const later = await ada.subscribes(plan);
    await ada.livesUntil("2026-01-05");
    await now.uses("packages", "1");
    await now.cancels("now");
    await later.cancels("at period end");
    expect(await later.now()).toMatchObject({ status: "trialing", cancel_at_period_end: true });

    await ada.livesUntil("2026-03-01");

    expect(await now.now()).toMatchObject({ ended_at: "2026-01-05T00:00:00.000Z" });
    expect(await later.now()).toMatchObject({
      status: "canceled",
      ended_at: "2026-01-15T00:00:00.000Z",
    });
    expect(await ada.invoices()).toEqual([]);
  });

  test("a card that is declined at its end is tried again, as for any other invoice", async () => {
    const ada = await story.welcome({ card: "pm_card_chargeCustomerFail" });
    const subscription = await ada.subscribes(await tried({ days: 14 }));

    await ada.livesUntil("2026-01-16");

    expect(await subscription.now()).toMatchObject({ status: "past_due" });
    await ada.gives("pm_card_visa");
    await shop.settle();
    expect(await subscription.now()).toMatchObject({ status: "active" });
  });
});

describe("without a card", () => {
  test("a trial that asks for one waits for it, and begins when it is given", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(await tried({ days: 14 }));
    expect(await subscription.now()).toMatchObject({ status: "incomplete", trial_end: null });
    await ada.livesUntil("2026-01-03");

    await subscription.pays();

    expect(await subscription.now()).toMatchObject({
      status: "trialing",
      trial_end: "2026-01-17T00:00:00.000Z",
    });
    expect(await ada.invoices()).toEqual([]);
  });

  test("a trial that asks for none begins at once, and its link takes a card meanwhile", async () => {
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(await tried({ days: 14, requires_card: false }));
    expect(await subscription.now()).toMatchObject({ status: "trialing" });
    await ada.livesUntil("2026-01-10");
    await subscription.pays();
    expect(await subscription.now()).toMatchObject({ status: "trialing" });

    await ada.livesUntil("2026-01-15");

    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await ada.invoices()).toMatchObject([{ total: "1000.00", status: "paid" }]);
  });

  test.each([
    { policy: "cancel", status: "canceled", invoices: 0 },
    { policy: "past_due", status: "past_due", invoices: 1 },
  ])("at its end the plan decides: $policy", async ({ policy, status, invoices }) => {
    const plan = await tried({ days: 14, requires_card: false, without_card: policy });
    const ada = await story.welcome({ card: null });
    const subscription = await ada.subscribes(plan);

    await ada.livesUntil("2026-01-15");

    expect(await subscription.now()).toMatchObject({ status });
    expect(await ada.invoices()).toHaveLength(invoices);
  });
});

test("a subscription may have a trial of its own: longer, until an instant, or none", async () => {
  const plan = await tried({ days: 14 });
  const ada = await story.welcome();
  const until = await ada.subscribes(plan, { trial_end: "2026-01-02T10:00:00Z" });
  const none = await ada.subscribes(plan, { trial_days: 0 });
  await shop.settle();

  expect(await until.period()).toBe("2026-01-01 – 2026-01-02T10:00");
  expect(await none.now()).toMatchObject({ status: "active", trial_end: null });
  expect(await ada.events()).not.toContain("subscription.trial_will_end");
  await ada.livesUntil("2026-01-01T00:01");
  // Shorter than three days, it is announced as soon as it has begun.
  expect(await ada.events()).toContain("subscription.trial_will_end");
  const both = { trial_days: 3, trial_end: "2026-02-01T00:00:00Z" };
  await expect(ada.subscribes(plan, both)).rejects.toThrow("body_invalid");
});

describe("what meters of every kind have counted in it holds", () => {
  const meter = (name: string, aggregation: string, more: object = {}) => ({
    ...perUnit("seats", "2.00"),
    name,
    meter: name,
    aggregation,
    ...more,
  });
  const byPerson = meter("people", "unique_count", { property: "person" });
  const ungated = { change_policy: { payment_gated: false } };

  test.each([
    { because: "it is changed in it", days: ["2026-01-05"] },
    { because: "it is changed once it is over", days: ["2026-01-20"] },
    { because: "it is changed in both", days: ["2026-01-05", "2026-01-20"] },
  ])("also when $because", async ({ days }) => {
    const metered = [meter("peak", "max"), meter("last", "latest"), byPerson];
    const held = await story.publish(metered, { trial: { days: 14 }, ...ungated });
    const other = await story.publish([meter("top", "max"), byPerson], ungated);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(held);
    const uses = (quantity: string, person: string) =>
      subscription.uses("seats", quantity, { properties: { person } });
    await uses("4", "ada");
    await uses("3", "bob");
    for (const [index, day] of days.entries()) {
      await ada.livesUntil(day);
      const plan = index === 0 ? other : held;
      expect(await subscription.changes({ plan, when: "now" })).toMatchObject({ status: 200 });
      await uses("2", "ada");
      await uses("7", "eve");
    }
    await ada.livesUntil("2026-01-25");
    await uses("5", "ada");
    await subscription.uses("seats", "1", {
      properties: { person: "bob" },
      occurred_at: "2026-01-02T00:00:00Z",
    });

    await ada.livesUntil("2026-02-20");

    expect(await ada.invoices()).not.toEqual([]);
    const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
    expect(breaches).toEqual([]);
  });
});

test("a trial that ends without a card rests where the plan says so, and goes on when resumed", async () => {
  const trial = { days: 14, requires_card: false, without_card: "pause" };
  const ada = await story.welcome({ card: null });
  const plan = await story.publish([flat("31.00", "advance")], { trial });
  const subscription = await ada.subscribes(plan);
  await ada.livesUntil("2026-01-20");
  expect(await subscription.now()).toMatchObject({ status: "paused" });
  await ada.gives("pm_card_visa");

  await subscription.asks("resume");
  await shop.settle();

  expect(await subscription.period()).toBe("2026-01-20 – 2026-02-20");
  expect(await ada.invoices()).toMatchObject([{ total: "31.00", status: "paid" }]);
});

test("ended as it began, a trial without a card leaves no anchor behind either", async () => {
  const trial = { days: 14, requires_card: false, without_card: "pause" };
  const ada = await story.welcome({ card: null });
  const plan = await story.publish([flat("31.00", "advance")], { trial });
  const subscription = await ada.subscribes(plan);
  await subscription.asks("end_trial");
  await ada.livesUntil("2026-02-20");
  await ada.gives("pm_card_visa");

  await subscription.asks("resume");
  await shop.settle();

  expect(await subscription.period()).toBe("2026-02-20 – 2026-03-20");
  expect(await ada.invoices()).toMatchObject([{ total: "31.00", status: "paid" }]);
});

test("ended as it began with a card, a trial is followed by a period that is paid for, through a pause as well", async () => {
  const ada = await story.welcome();
  const plan = await story.publish([flat("31.00", "advance")], { trial: { days: 14 } });
  const subscription = await ada.subscribes(plan);
  await subscription.asks("end_trial");
  await shop.settle();
  await subscription.asks("pause");
  await ada.livesUntil("2026-01-11");

  await subscription.asks("resume");
  await ada.livesUntil("2026-01-31");

  expect(await ada.invoices()).toMatchObject([{ issued: "2026-01-01", total: "31.00" }]);
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
