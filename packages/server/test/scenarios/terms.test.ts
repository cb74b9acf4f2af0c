import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("10.00", "advance"), perUnit("calls", "1.00")], {
    interval: { unit: "fixed_days", count: 30 },
    renewal: "none",
  });
});
afterAll(() => shop.stop());

test("a term of 30 × 24 hours ends without a renewal: expired, and billed no more", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  await subscription.uses("calls", "3");

  await ada.livesUntil("2026-06-01");

  expect(await subscription.now()).toMatchObject({
    status: "expired",
    ended_at: "2026-01-31T00:00:00.000Z",
  });
  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-01-01", reason: "opening", total: "10.00" },
    { issued: "2026-01-31", reason: "renewal", lines: ["calls: 3 → 3.00"] },
  ]);
  expect((await ada.events()).filter((type) => type.startsWith("subscription"))).toEqual([
    "subscription.created",
    "subscription.activated",
    "subscription.expired",
  ]);
});

test("renewed before it ends, the next term follows it without a gap, and is paid when bought", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await ada.livesUntil("2026-01-20");

  const { status, body } = await subscription.asks("renew");
  expect([status, body.terms_ahead, typeof body.invoice]).toEqual([200, 0, "string"]);
  await shop.settle();
  expect(await subscription.now()).toMatchObject({ terms_ahead: 1 });
  await ada.livesUntil("2026-02-10");

  expect(await subscription.now()).toMatchObject({ status: "active", terms_ahead: 0 });
  expect(await subscription.period()).toBe("2026-01-31 – 2026-03-02");
  await ada.livesUntil("2026-03-03");
  expect(await subscription.now()).toMatchObject({ status: "expired" });
  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-01-01", reason: "opening", total: "10.00" },
    { issued: "2026-01-20", reason: "term", total: "10.00", status: "paid" },
  ]);
});

test("several terms may be bought ahead; canceling waits for the last of them", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  await subscription.asks("renew");
  const tooSoon = await subscription.asks("renew");
  expect([tooSoon.status, tooSoon.body.code]).toEqual([409, "term_awaits_payment"]);
  await shop.settle();
  await subscription.asks("renew");
  await shop.settle();
  await subscription.cancels("at period end");

  await ada.livesUntil("2026-06-01");

  expect(await subscription.now()).toMatchObject({
    status: "canceled",
    ended_at: "2026-04-01T00:00:00.000Z",
  });
  expect((await ada.invoices()).map(({ total }) => total)).toEqual(["10.00", "10.00", "10.00"]);
});

test("a term that the card does not pay for is not bought, and nobody is chased for it", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  await ada.gives("pm_card_chargeCustomerFail");
  await subscription.asks("renew");
  await ada.livesUntil("2026-01-20");

  expect(await subscription.now()).toMatchObject({ status: "active", terms_ahead: 0 });
  expect((await ada.invoices()).at(-1)).toMatchObject({ reason: "term", status: "void" });
  await ada.gives("pm_card_visa");
  await subscription.asks("renew");
  await ada.livesUntil("2026-02-01");
  expect(await subscription.now()).toMatchObject({ status: "active" });
});

test("renewed after it has run out, a new term begins then, and nothing is billed between", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await ada.livesUntil("2026-01-31T10:00");
  await subscription.uses("calls", "2", { occurred_at: "2026-01-30T00:00:00Z" });
  expect(await subscription.now()).toMatchObject({ status: "expired" });

  await subscription.asks("renew");
  await shop.settle();

  expect(await subscription.now()).toMatchObject({ status: "active", ended_at: null });
  expect(await subscription.period()).toBe("2026-01-31T10:00 – 2026-03-02T10:00");
  const between = { occurred_at: "2026-01-31T05:00:00Z" };
  const { body } = await subscription.reports("calls", "1", between);
  expect(body.code).toBe("usage_outside_subscription");
  await ada.livesUntil("2026-03-05");
  expect(await subscription.now()).toMatchObject({ status: "expired" });
  expect(await ada.invoices()).toMatchObject([
    { issued: "2026-01-01", reason: "opening", total: "10.00" },
    { issued: "2026-01-31T10:00", reason: "term", total: "10.00", status: "paid" },
    { reason: "renewal", lines: ["late calls of 2026-01-01 – 2026-01-31: 2 → 2.00"] },
  ]);
});

test("nothing follows a term by itself, so that no change waits for its end", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  const other = await story.publish([flat("5.00", "advance")]);

  for (const when of ["period_end", "2026-01-31T00:00:00Z"]) {
    const { status, body } = await subscription.asks("change", { plan: other, when });
    expect([status, body.code]).toEqual([409, "subscription_transition_refused"]);
    expect(body.details).toMatchObject({ term_ends_at: "2026-01-31T00:00:00.000Z" });
  }
});

test("renewed after it has run out and covered by credit, its usage is taken at once", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  const [opening] = await ada.bills();
  const note = { reason: "Sorry", to: "balance" };
  await shop.call("POST", `/v1/invoices/${opening?.["id"]}/credit_notes`, { body: note });
  await ada.livesUntil("2026-02-03");
  const refused = await subscription.reports("calls", "1");
  expect(refused.body.code).toBe("subscription_closed");

  const { body } = await subscription.asks("renew");

  expect(body.status).toBe("active");
  await subscription.uses("calls", "1");
});

test("a plan that goes on by itself sells no terms", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(await story.publish([flat("10.00")]));

  const { status, body } = await subscription.asks("renew");

  expect([status, body.code]).toEqual([409, "term_renews_itself"]);
  expect(body.details).toEqual({ renews_at: "2026-02-01T00:00:00.000Z", allowed: [] });
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
