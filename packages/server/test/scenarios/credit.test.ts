import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MINUTE_MS } from "#kernel/clock.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const creditOf = async (id: string) =>
  (await shop.call("GET", `/v1/customers/${id}`)).body.credit_balance;

/** Corrected downwards by 70.00 in February, after a January that was paid: 50.00 below zero. */
async function corrected(card?: string) {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const plan = await story.publish([flat("20.00"), perUnit("packages", "10.00")]);
  const subscription = await ada.subscribes(plan);
  await subscription.uses("packages", "7");
  await ada.livesUntil("2026-02-02");
  await subscription.uses("packages", "-7", { occurred_at: "2026-01-31T00:00:00Z" });
  if (card !== undefined) await ada.gives(card);
  return { ada, subscription };
}

describe("a customer whose correction comes to more than the bill", () => {
  test("has the difference to its credit, and is charged nothing for the bill below zero", async () => {
    const { ada } = await corrected();

    await ada.livesUntil("2026-03-02");

    expect(await ada.bills()).toMatchObject([
      { total: "90.00", credit_applied: "0.00", amount_due: "90.00", status: "paid" },
      { total: "-50.00", credit_applied: "-50.00", amount_due: "0.00", status: "paid" },
    ]);
    expect(await creditOf(ada.id)).toBe("50.00");
    expect(await ada.books()).toEqual({
      customer_credit: -5000n,
      "rail:stripe": 9000n,
      receivable: 0n,
      revenue: -4000n,
    });
    expect(await ada.attempts()).toEqual(["2026-02-01 succeeded"]);
  });

  test("pays the next bills with it, and by card only what is left", async () => {
    const { ada, subscription } = await corrected();
    await ada.livesUntil("2026-03-02");

    await subscription.uses("packages", "1");
    await ada.livesUntil("2026-04-02");
    expect(await creditOf(ada.id)).toBe("20.00");
    await subscription.uses("packages", "2");
    await ada.livesUntil("2026-05-02");

    expect((await ada.bills()).slice(2)).toMatchObject([
      { total: "30.00", credit_applied: "30.00", amount_due: "0.00", amount_paid: "0.00" },
      { total: "40.00", credit_applied: "20.00", amount_due: "20.00", amount_paid: "20.00" },
    ]);
    expect(await creditOf(ada.id)).toBe("0.00");
    expect(await ada.attempts()).toEqual(["2026-02-01 succeeded", "2026-05-01 succeeded"]);
    expect((await ada.books())["receivable"]).toBe(0n);
  });

  test("is told of a bill that credit pays as of any that is paid", async () => {
    const { ada } = await corrected();
    await ada.livesUntil("2026-04-02");

    const told = await ada.events();

    expect(told.slice(-3)).toEqual(["invoice.finalized", "invoice.paid", "subscription.renewed"]);
  });
});

describe("several bills at one instant", () => {
  test("take the same credit once, however many there are", async () => {
    const { ada } = await corrected();
    await ada.livesUntil("2026-03-01");
    const plan = await story.publish([flat("20.00")]);
    for (let count = 0; count < 3; count += 1) await ada.subscribes(plan);

    await ada.livesUntil("2026-04-01T00:01");

    const april = (await ada.bills()).filter(({ issued_at }) => issued_at >= "2026-04-01");
    expect(april.map(({ credit_applied }) => String(credit_applied)).toSorted()).toEqual([
      "0.00",
      "10.00",
      "20.00",
      "20.00",
    ]);
    expect(await creditOf(ada.id)).toBe("0.00");
  });

  test("also when two requests make them at once", async () => {
    const { ada } = await corrected();
    await ada.livesUntil("2026-03-02");
    const plan = await story.publish([flat("40.00", "advance")]);

    await Promise.all([ada.subscribes(plan), ada.subscribes(plan)]);

    const [one, other] = (await ada.bills()).slice(-2);
    expect([String(one?.["amount_due"]), String(other?.["amount_due"])].toSorted()).toEqual([
      "0.00",
      "30.00",
    ]);
    expect(await creditOf(ada.id)).toBe("0.00");
  });
});

describe("a subscription that is paid in advance", () => {
  test("begins at once when credit covers its first bill", async () => {
    const { ada } = await corrected();
    await ada.livesUntil("2026-03-02");

    const started = await ada.subscribes(await story.publish([flat("50.00", "advance")]));

    expect(await started.now()).toMatchObject({ status: "active" });
    expect((await ada.bills()).at(-1)).toMatchObject({ status: "paid", amount_due: "0.00" });
    expect((await ada.events()).slice(-4)).toEqual([
      "subscription.created",
      "invoice.finalized",
      "invoice.paid",
      "subscription.activated",
    ]);
  });

  /** 50.00 to her credit, no card any more, and a link to begin something of 80.00 with. */
  async function withoutCard() {
    const { ada } = await corrected();
    await ada.livesUntil("2026-03-02");
    const cards = `/v1/customers/${ada.id}/payment_methods`;
    const [card] = (await shop.call("GET", cards)).body.data;
    await shop.call("DELETE", `${cards}/${card.id}`);
    const plan = await story.publish([flat("80.00", "advance")]);
    return { ada, started: await ada.subscribes(plan) };
  }

  test("is charged on the rail's page for what credit leaves", async () => {
    const { ada, started } = await withoutCard();

    await started.pays();

    expect((await ada.bills()).at(-1)).toMatchObject({
      status: "paid",
      credit_applied: "50.00",
      amount_due: "30.00",
      amount_paid: "30.00",
    });
    expect(await started.now()).toMatchObject({ status: "active" });
    expect(shop.app.sandbox.journal.charges().at(-1)).toMatchObject({ amount: 3000 });
  });

  test("gives a page's money back and charges what is due, if credit was used up meanwhile", async () => {
    const { ada, started } = await withoutCard();
    const link = new URL(started.paymentUrl ?? "").pathname;
    const page = (await shop.call("GET", link, { token: null })).headers["location"];
    await ada.livesUntil("2026-04-02");
    expect(await creditOf(ada.id)).toBe("30.00");

    await payOnPage(shop.app.sandbox, String(page));
    await shop.call("GET", `${link}/return`, { token: null });
    await shop.moveTo(shop.clock.now() + MINUTE_MS);

    expect((await ada.bills()).at(-1)).toMatchObject({
      status: "paid",
      credit_applied: "30.00",
      amount_due: "50.00",
      amount_paid: "50.00",
    });
    expect(await started.now()).toMatchObject({ status: "active" });
    expect(await ada.books()).toMatchObject({ receivable: 0n, unapplied: 0n });
    const [again, given] = shop.app.sandbox.journal.charges().toReversed();
    expect([again?.amount, given?.amount, given?.refunds]).toMatchObject([5000, 3000, [{}]]);
  });
});

test("of what is due at one instant, the oldest subscription takes the credit first", async () => {
  const ada = await story.welcome({ clock: null });
  const plan = await story.publish([flat("31.00", "advance")]);
  const older = await ada.subscribes(plan);
  const younger = await ada.subscribes(plan);
  await shop.settle();
  // What waits and is withdrawn leaves all as it was, but for where its row lies.
  const other = await story.publish([flat("62.00", "advance")]);
  const soon = new Date(shop.clock.now() + MINUTE_MS).toISOString();
  await older.changes({ plan: other, when: soon });
  await older.withdraws();
  const [bill] = await ada.bills();
  const note = { amount: "10.00", reason: "Sorry", to: "balance" };
  await shop.call("POST", `/v1/invoices/${bill?.id}/credit_notes`, { body: note });

  await shop.moveTo(Date.parse((await older.now()).current_period_end));

  const renewals = (await ada.bills()).filter(({ reason }) => reason === "renewal");
  expect(
    renewals.map(({ subscription, credit_applied }) => [subscription, credit_applied]),
  ).toEqual([
    [older.id, "10.00"],
    [younger.id, "0.00"],
  ]);
});
