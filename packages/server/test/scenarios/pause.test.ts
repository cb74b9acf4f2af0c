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

async function subscriber(prices: readonly object[], more: object = {}) {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(await story.publish(prices, more));
  await shop.settle();
  return { ada, subscription };
}

describe("paused now, on 11 January, and resumed on 22 February", () => {
  test("what ran is billed, the pause costs nothing, and what is left of February is charged", async () => {
    const prices = [flat("31.00"), flat("28.00", "advance"), perUnit("packages", "1.00")];
    const { ada, subscription } = await subscriber(prices);
    await subscription.uses("packages", "2");
    await ada.livesUntil("2026-01-11");
    const { status, body } = await subscription.asks("pause");
    expect([status, body]).toMatchObject([
      200,
      { status: "paused", pause: { paused_at: "2026-01-11T00:00:00.000Z", resumes_at: null } },
    ]);
    await ada.livesUntil("2026-02-22");

    await subscription.asks("resume");

    expect(await subscription.now()).toMatchObject({ status: "active", pause: null });
    expect(await subscription.period()).toBe("2026-02-22 – 2026-03-01");
    await ada.livesUntil("2026-03-01");
    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-01", lines: ["Base fee: 28.00"] },
      { issued: "2026-01-11", lines: ["Base fee: 10.00", "packages: 2 → 2.00"] },
      { issued: "2026-02-22", lines: ["Base fee: 7.00"] },
      // A quarter of February, 28 days, of the fee in arrears; and March in advance.
      { issued: "2026-03-01", lines: ["Base fee: 7.75", "Base fee: 28.00"] },
    ]);
    expect((await ada.events()).filter((type) => /paused|resumed/.test(type))).toEqual([
      "subscription.paused",
      "subscription.resumed",
    ]);
  });

  test("usage of that time is refused; late usage of before it is billed when it goes on", async () => {
    const { ada, subscription } = await subscriber([perUnit("packages", "1.00")]);
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause");
    await ada.livesUntil("2026-01-15");
    const now = await subscription.reports("packages", "1");
    expect([now.status, now.body.code]).toEqual([409, "subscription_paused"]);
    await subscription.uses("packages", "3", { occurred_at: "2026-01-10T00:00:00Z" });
    await ada.livesUntil("2026-02-22");
    await subscription.asks("resume");
    const then = await subscription.reports("packages", "1", {
      occurred_at: "2026-02-01T00:00:00Z",
    });
    expect(then.body.code).toBe("usage_outside_subscription");

    await ada.livesUntil("2026-03-02");

    expect(await ada.invoices()).toMatchObject([
      {
        issued: "2026-03-01",
        lines: ["late packages of 2026-01-01 – 2026-01-11: 3 → 3.00"],
      },
    ]);
  });
});

test("resumed within the period that was paid for, nothing is charged anew", async () => {
  const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
  await ada.livesUntil("2026-01-11");
  await subscription.asks("pause", { resumes_at: "2026-01-16T00:00:00Z" });

  await ada.livesUntil("2026-02-01");

  expect(await subscription.period()).toBe("2026-02-01 – 2026-03-01");
  expect((await ada.invoices()).map(({ issued }) => issued)).toEqual(["2026-01-01", "2026-02-01"]);
});

test("paused when its period ends, until a date: no period is billed between", async () => {
  const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
  await ada.livesUntil("2026-01-11");
  const asked = { at_period_end: true, resumes_at: "2026-03-01T00:00:00Z" };
  expect((await subscription.asks("pause", asked)).body).toMatchObject({
    status: "active",
    pause: { paused_at: null, resumes_at: "2026-03-01T00:00:00.000Z" },
  });
  await ada.livesUntil("2026-02-10");
  expect(await subscription.now()).toMatchObject({ status: "paused" });

  await ada.livesUntil("2026-04-01");

  expect((await ada.invoices()).map(({ issued }) => issued)).toEqual([
    "2026-01-01",
    "2026-03-01",
    "2026-04-01",
  ]);
});

test("a pause that has not begun is told, once for each end that it is to have, and taken back", async () => {
  const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
  const april = { at_period_end: true, resumes_at: "2026-04-01T00:00:00Z" };
  for (const asked of [{ at_period_end: true }, april, april])
    await subscription.asks("pause", asked);

  expect((await subscription.asks("resume")).body).toMatchObject({ status: "active", pause: null });
  await subscription.asks("resume");

  expect((await ada.events()).filter((type) => type.includes("pause"))).toEqual([
    "subscription.pause_scheduled",
    "subscription.pause_scheduled",
    "subscription.pause_withdrawn",
  ]);

  await ada.livesUntil("2026-02-01");
  expect(await ada.invoices()).toHaveLength(2);
});

test("a plan may count periods from the end of a pause", async () => {
  const { ada, subscription } = await subscriber(
    [flat("31.00", "advance"), perUnit("calls", "1.00")],
    {
      anchor_after_pause: "move",
    },
  );
  await ada.livesUntil("2026-01-11");
  await subscription.uses("calls", "1");
  await subscription.asks("pause");
  await ada.livesUntil("2026-02-20");
  await subscription.asks("resume");
  await subscription.uses("calls", "5", { occurred_at: "2026-01-05T00:00:00Z" });

  expect(await subscription.period()).toBe("2026-02-20 – 2026-03-20");
  await ada.livesUntil("2026-03-20");
  expect((await ada.invoices()).slice(2)).toMatchObject([
    { issued: "2026-02-20", total: "31.00" },
    {
      issued: "2026-03-20",
      lines: ["late calls of 2026-01-01 – 2026-01-11: 5 → 5.00", "Base fee: 31.00"],
    },
  ]);
});

test("paused and resumed at one instant, nothing has changed", async () => {
  const { ada, subscription } = await subscriber([flat("31.00", "advance"), flat("62.00")]);
  await subscription.asks("pause");
  await subscription.asks("resume");
  await ada.livesUntil("2026-01-11");
  await subscription.asks("pause");
  await subscription.asks("resume");

  await ada.livesUntil("2026-02-01");

  expect((await ada.invoices()).map(({ issued, total }) => `${issued} ${total}`)).toEqual([
    "2026-01-01 31.00",
    "2026-01-11 20.00",
    "2026-02-01 73.00",
  ]);
});

test("canceled while it rests, it owes nothing more", async () => {
  const { ada, subscription } = await subscriber([flat("31.00")]);
  await ada.livesUntil("2026-01-11");
  await subscription.asks("pause");
  await ada.livesUntil("2026-01-20");

  expect((await subscription.cancels("now")).body).toMatchObject({
    status: "canceled",
    ended_at: "2026-01-20T00:00:00.000Z",
    current_period_end: "2026-01-11T00:00:00.000Z",
  });

  await ada.livesUntil("2026-06-01");
  expect(await ada.invoices()).toMatchObject([{ total: "10.00", status: "paid" }]);
});

test("what rests has no period to run to the end of: it is ended now, or not at all", async () => {
  const { subscription } = await subscriber([flat("31.00", "advance")]);
  await subscription.asks("pause");

  expect((await subscription.cancels("at period end")).body).toMatchObject({
    code: "subscription_transition_refused",
    details: { status: "paused", allowed_in: ["trialing", "active", "past_due"] },
  });
  expect(await subscription.now()).toMatchObject({ status: "paused", ended_at: null });
});

test("ended at the instant it came back, its period of no time was closed", async () => {
  const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
  await ada.livesUntil("2026-01-11");
  await subscription.asks("pause");
  await ada.livesUntil("2026-03-10");
  await subscription.asks("resume");

  expect((await subscription.cancels("now")).body).toMatchObject({
    status: "canceled",
    ended_at: "2026-03-10T00:00:00.000Z",
  });
});

describe("paused now where the plan gives back what is not used", () => {
  const givesBack = { unused_time: { on_pause: "credit" } };
  const credit = async (id: string) =>
    (await shop.call("GET", `/v1/customers/${id}`)).body.credit_balance;

  test("twenty-one days of January become credit, which pays for those after the pause", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")], givesBack);
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause");
    expect(await credit(ada.id)).toBe("21.00");

    await ada.livesUntil("2026-01-25");
    await subscription.asks("resume");

    expect(await subscription.period()).toBe("2026-01-25 – 2026-02-01");
    expect((await ada.bills())[1]).toMatchObject({ total: "7.00", amount_due: "0.00" });
    expect(await credit(ada.id)).toBe("14.00");
  });

  test("what was used before the pause is not given back by a change after it", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")], {
      ...givesBack,
      change_policy: { payment_gated: false },
    });
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause");
    await ada.livesUntil("2026-01-21");
    await subscription.asks("resume");
    await shop.settle();
    const dearer = await story.publish([flat("62.00", "advance")], { name: "Dearer" });
    await subscription.changes({ plan: dearer });

    // Eleven days of either: those of the first plan were charged once since the pause.
    expect((await ada.invoices()).at(-1)?.lines).toEqual([
      "Unused: Base fee: -11.00",
      "Base fee: 22.00",
    ]);
  });

  test("what is unpaid is owed for the days that ran; asked to, it keeps what is paid", async () => {
    const unpaid = await subscriber([flat("31.00", "advance")], givesBack);
    await unpaid.ada.gives("pm_card_chargeCustomerFail");
    await unpaid.ada.livesUntil("2026-02-04");
    const { body } = await unpaid.subscription.asks("pause");
    expect(body.status).toBe("paused");
    expect((await unpaid.ada.bills())[1]).toMatchObject({ amount_remaining: "3.32" });
    const keeping = await subscriber([flat("31.00", "advance")], givesBack);
    await keeping.ada.livesUntil("2026-01-11");
    await keeping.subscription.asks("pause", { unused: "nothing" });
    await keeping.ada.livesUntil("2026-01-21");
    await keeping.subscription.asks("resume");
    expect(await keeping.ada.invoices()).toHaveLength(1);
    const { body: late } = await keeping.subscription.asks("pause", {
      at_period_end: true,
      unused: "credit",
    });
    expect(late.errors[0].path).toBe("/unused");
  });

  test("begun and ended in one instant it is refused to resume: no instant has two openings", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")], givesBack);
    await subscription.asks("pause");
    expect(await credit(ada.id)).toBe("31.00");
    expect((await subscription.asks("resume")).body).toMatchObject({
      code: "subscription_transition_refused",
      details: { status: "paused", allowed: "resume after 2026-01-01T00:00:00.000Z" },
    });
    await ada.livesUntil("2026-01-02");
    expect((await subscription.asks("resume")).body.status).toBe("active");
    expect((await ada.bills())[1]).toMatchObject({ total: "30.00", amount_due: "0.00" });
  });
});

describe("a change and a pause", () => {
  const ungated = { change_policy: { payment_gated: false } };
  const dearer = () => story.publish([flat("62.00", "advance")], { name: "Dearer" });

  test("what rests is not changed: it is resumed first, and the refusal says so", async () => {
    const { subscription } = await subscriber([flat("31.00", "advance")]);
    await subscription.asks("pause");
    const { body } = await subscription.asks("change", { plan: await dearer() });
    expect(body).toMatchObject({
      code: "subscription_transition_refused",
      details: { status: "paused", allowed_in: ["trialing", "active", "past_due"] },
    });
  });

  test("one that waited for the period's end is made when it resumes later than that", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
    const plan = await dearer();
    await ada.livesUntil("2026-01-11");
    await subscription.changes({ plan, when: "period_end" });
    await subscription.asks("pause");
    expect(await subscription.now()).toMatchObject({ pending_change: { plan } });
    await ada.livesUntil("2026-02-15");

    const { body } = await subscription.asks("resume");

    expect(body).toMatchObject({ plan, pending_change: null, status: "active" });
    expect(await ada.invoices()).toMatchObject([
      { lines: ["Base fee: 31.00"] },
      { issued: "2026-02-15", reason: "opening", lines: ["Base fee: 31.00"] },
    ]);
    expect((await ada.events()).slice(-4)).toEqual([
      "subscription.resumed",
      "subscription.changed",
      "payment.succeeded",
      "invoice.paid",
    ]);
    await ada.livesUntil("2026-03-01");
    expect((await ada.invoices()).at(-1)).toMatchObject({ lines: ["Base fee: 62.00"] });
  });

  test("resumed before that, it goes on waiting", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")]);
    const plan = await dearer();
    await subscription.changes({ plan, when: "period_end" });
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause", { resumes_at: "2026-01-20T00:00:00Z" });
    await ada.livesUntil("2026-01-25");
    expect(await subscription.now()).toMatchObject({ status: "active", pending_change: { plan } });
    await ada.livesUntil("2026-02-01");
    expect((await ada.invoices()).at(-1)).toMatchObject({ lines: ["Base fee: 62.00"] });
  });

  test("one whose instant came in the pause, in time that was paid for, is made as it resumes", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance")], ungated);
    const plan = await dearer();
    await subscription.changes({ plan, when: "2026-01-15T00:00:00Z", policy: "now_prorated" });
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause", { resumes_at: "2026-01-21T00:00:00Z" });
    await ada.livesUntil("2026-01-22");
    expect(await subscription.now()).toMatchObject({ plan, pending_change: null });
    expect((await ada.invoices()).at(-1)).toMatchObject({
      issued: "2026-01-21",
      lines: ["Unused: Base fee: -11.00", "Base fee: 22.00"],
    });
  });

  test("one that changes the interval, too: its periods begin where the pause ends", async () => {
    const { ada, subscription } = await subscriber([flat("31.00", "advance"), perUnit("a", "1")]);
    const yearly = await story.publish([flat("365.00", "advance")], { interval: { unit: "year" } });
    await subscription.uses("a", "2");
    await subscription.changes({ plan: yearly, when: "2026-01-15T00:00:00Z" });
    await ada.livesUntil("2026-01-11");
    await subscription.asks("pause");
    await subscription.uses("a", "3", { occurred_at: "2026-01-02T00:00:00Z" });
    await ada.livesUntil("2026-02-10");
    await subscription.asks("resume");
    expect(await subscription.period()).toBe("2026-02-10 – 2027-02-10");
    await ada.livesUntil("2027-02-10");
    expect((await ada.invoices()).slice(1)).toMatchObject([
      { issued: "2026-01-11", lines: ["a: 2 → 2.00"] },
      { issued: "2026-02-10", lines: ["Base fee: 365.00"] },
      { lines: ["late a of 2026-01-01 – 2026-01-11: 3 → 3.00", "Base fee: 365.00"] },
    ]);
  });

  test("one that waits is withdrawn in the pause, and canceled with it", async () => {
    const { subscription } = await subscriber([flat("31.00", "advance")]);
    const plan = await dearer();
    await subscription.changes({ plan, when: "period_end" });
    await subscription.asks("pause");
    expect((await subscription.withdraws()).body).toMatchObject({
      status: "paused",
      pending_change: null,
    });
    expect((await subscription.cancels("now")).body.status).toBe("canceled");
  });
});

test("what cannot be paused says why", async () => {
  const { ada, subscription } = await subscriber([flat("10.00")], { renewal: "none" });
  expect((await subscription.asks("pause")).body.details.allowed).toEqual(["cancel"]);
  const ending = await ada.subscribes(await story.publish([flat("10.00")]));
  const past = { resumes_at: "2026-01-01T00:00:00Z" };
  expect((await ending.asks("pause", past)).body.code).toBe("time_invalid");
  await ending.cancels("now");
  expect((await ending.asks("pause")).body).toMatchObject({
    code: "subscription_transition_refused",
    details: { status: "canceled", allowed_in: ["active", "past_due"] },
  });
  expect((await ending.cancels("now")).body.details).toMatchObject({
    allowed_in: ["incomplete", "scheduled", "trialing", "active", "past_due", "paused"],
  });
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
