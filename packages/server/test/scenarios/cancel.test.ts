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

const prices = [flat("2999.00"), perUnit("packages", "50.00")];

async function subscriber() {
  const ada = await story.welcome({ clock: "2026-01-01" });
  return { ada, subscription: await ada.subscribes(await story.publish(prices)) };
}

describe("canceled now, after ten and a half of January's 31 days", () => {
  async function canceled() {
    const { ada, subscription } = await subscriber();
    await subscription.uses("packages", "4");
    await ada.livesUntil("2026-01-11T12:00");
    const { status, body } = await subscription.cancels("now");
    expect([status, body.status]).toEqual([200, "canceled"]);
    return { ada, subscription, body };
  }

  test("the base fee is billed for the time that ran, and the usage with it", async () => {
    const { ada, body } = await canceled();

    expect(body).toMatchObject({
      ended_at: "2026-01-11T12:00:00.000Z",
      canceled_at: "2026-01-11T12:00:00.000Z",
      current_period_end: "2026-01-11T12:00:00.000Z",
    });
    // 2,999.00 × 10.5 ÷ 31 = 1,015.790…
    expect(await ada.invoices()).toMatchObject([
      {
        issued: "2026-01-11T12:00",
        reason: "renewal",
        total: "1215.79",
        lines: ["Base fee: 1015.79", "packages: 4 → 200.00"],
      },
    ]);
  });

  test("usage of before the end is taken for 24 hours, onto a final invoice", async () => {
    const { ada, subscription } = await canceled();
    await ada.livesUntil("2026-01-12T11:59");
    await subscription.uses("packages", "2", { occurred_at: "2026-01-11T11:59:59Z" });
    await subscription.uses("packages", "1", { occurred_at: "2026-01-02T00:00:00Z" });

    await ada.livesUntil("2026-01-14");

    const [, final, ...more] = await ada.invoices();
    expect(final).toMatchObject({
      reason: "final",
      status: "paid",
      total: "150.00",
      lines: ["late packages of 2026-01-01 – 2026-01-11T12:00: 3 → 150.00"],
    });
    expect(more).toEqual([]);
    expect((await ada.books())["receivable"]).toBe(0n);
  });

  test("after those 24 hours none is taken", async () => {
    const { ada, subscription } = await canceled();
    await ada.livesUntil("2026-01-12T12:00");

    const { status, body } = await subscription.reports("packages", "1", {
      occurred_at: "2026-01-11T11:00:00Z",
    });

    expect([status, body.code]).toEqual([409, "subscription_closed"]);
    await ada.livesUntil("2027-01-01");
    expect(await ada.invoices()).toHaveLength(1);
  });

  test("what happens after the end is not its usage", async () => {
    const { subscription } = await canceled();

    const { status, body } = await subscription.reports("packages", "1");

    expect([status, body.code]).toEqual([400, "usage_outside_subscription"]);
  });

  test("it cannot be canceled again, and says so", async () => {
    const { subscription } = await canceled();

    const again = await subscription.cancels("now");

    expect([again.status, again.body.code]).toEqual([409, "subscription_transition_refused"]);
  });

  test("the customer may subscribe anew, with periods from that day on", async () => {
    const { ada } = await canceled();

    const second = await ada.subscribes(await story.publish(prices));

    expect(await second.period()).toBe("2026-01-11T12:00 – 2026-02-11T12:00");
  });
});

describe("canceled at the period's end", () => {
  test("it runs on, is billed whole, and is not renewed", async () => {
    const { ada, subscription } = await subscriber();
    await ada.livesUntil("2026-01-11");
    const { body } = await subscription.cancels("at period end");
    expect(body).toMatchObject({ status: "active", cancel_at_period_end: true, ended_at: null });
    await subscription.uses("packages", "2");

    await ada.livesUntil("2026-06-01");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-02-01", total: "3099.00", status: "paid" },
    ]);
    expect(await subscription.now()).toMatchObject({
      status: "canceled",
      canceled_at: "2026-01-11T00:00:00.000Z",
      ended_at: "2026-02-01T00:00:00.000Z",
    });
    expect(await ada.events()).toEqual([
      "customer.created",
      "subscription.created",
      "subscription.activated",
      "invoice.finalized",
      "subscription.canceled",
      "payment.succeeded",
      "invoice.paid",
    ]);
  });

  test("it may still be canceled now instead", async () => {
    const { ada, subscription } = await subscriber();
    await subscription.cancels("at period end");
    await ada.livesUntil("2026-01-16T12:00");

    await subscription.cancels("now");

    expect(await ada.invoices()).toMatchObject([{ total: "1499.50" }]);
    expect((await subscription.now()).ended_at).toBe("2026-01-16T12:00:00.000Z");
  });

  test("undone before it happens, it runs on as if nothing had been", async () => {
    const { ada, subscription } = await subscriber();
    await subscription.cancels("at period end");
    await ada.livesUntil("2026-01-20");

    const { status, body } = await subscription.asks("uncancel");

    expect([status, body]).toMatchObject([200, { cancel_at_period_end: false, canceled_at: null }]);
    expect((await subscription.asks("uncancel")).status).toBe(200);
    await ada.livesUntil("2026-03-01");
    expect(await ada.invoices()).toHaveLength(2);
    const told = await ada.events();
    expect(told.filter((type) => type === "subscription.cancellation_undone")).toHaveLength(1);
  });

  test("once it has happened it is not undone", async () => {
    const { ada, subscription } = await subscriber();
    await subscription.cancels("at period end");
    await ada.livesUntil("2026-02-01");

    const { status, body } = await subscription.asks("uncancel");

    expect([status, body.code]).toEqual([409, "subscription_transition_refused"]);
    expect(body.details).toEqual({
      status: "canceled",
      allowed_in: ["trialing", "active", "past_due"],
    });
  });

  test("usage of its last day is taken for 24 hours more", async () => {
    const { ada, subscription } = await subscriber();
    await subscription.cancels("at period end");
    await ada.livesUntil("2026-02-01T23:59");
    await subscription.uses("packages", "1", { occurred_at: "2026-01-31T23:00:00Z" });

    await ada.livesUntil("2026-02-03");

    expect((await ada.invoices())[1]).toMatchObject({ reason: "final", total: "50.00" });
  });
});

test("canceled now at the very instant at which a period begins: that period costs nothing", async () => {
  const { ada, subscription } = await subscriber();
  await ada.livesUntil("2026-02-01");

  await subscription.cancels("now");
  await ada.livesUntil("2026-03-01");

  expect(await ada.invoices()).toMatchObject([{ issued: "2026-02-01", total: "2999.00" }]);
  expect((await subscription.now()).status).toBe("canceled");
});

test("canceled before it began: nothing is billed, and its payment link has ended", async () => {
  const ada = await story.welcome({ card: null });
  const subscription = await ada.subscribes(await story.publish(prices));

  await subscription.cancels("now");

  const link = new URL(subscription.paymentUrl ?? "").pathname;
  expect((await shop.call("GET", link, { token: null })).status).toBe(410);
  await ada.livesUntil("2027-01-01");
  expect(await ada.invoices()).toEqual([]);
});

test("by the server's own time as well, no usage is taken of what comes after the end", async () => {
  const ada = await story.welcome({ clock: null });
  const subscription = await ada.subscribes(await story.publish(prices));
  await subscription.uses("packages", "1");
  await subscription.cancels("now");

  const { status, body } = await subscription.reports("packages", "1");

  expect([status, body.code]).toEqual([400, "usage_outside_subscription"]);
});
