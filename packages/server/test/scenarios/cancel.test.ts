import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

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
      "subscription.cancellation_scheduled",
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

test("what is to end with its period ends there: it is not paused before", async () => {
  const { subscription } = await subscriber();
  await subscription.cancels("at period end");

  for (const at_period_end of [false, true]) {
    const { status, body } = await subscription.asks("pause", { at_period_end });
    expect([status, body.code]).toEqual([409, "subscription_transition_refused"]);
    expect(body.details).toMatchObject({ cancel_at_period_end: true });
  }
  await subscription.asks("uncancel");
  expect((await subscription.asks("pause")).body.status).toBe("paused");
});

test("by the server's own time as well, no usage is taken of what comes after the end", async () => {
  const ada = await story.welcome({ clock: null });
  const subscription = await ada.subscribes(await story.publish(prices));
  await subscription.uses("packages", "1");
  await subscription.cancels("now");

  const { status, body } = await subscription.reports("packages", "1");

  expect([status, body.code]).toEqual([400, "usage_outside_subscription"]);
});

describe("canceled now on 11 January, with the month paid in advance", () => {
  /** January costs 31.00: one for each of its days. */
  async function paidAhead(more: object = {}, card = "pm_card_visa") {
    const ada = await story.welcome({ card });
    const plan = await story.publish([flat("31.00", "advance"), perUnit("packages", "1.00")], more);
    const subscription = await ada.subscribes(plan);
    await shop.settle();
    await subscription.uses("packages", "4");
    await ada.livesUntil("2026-01-11");
    return { ada, subscription };
  }

  async function outcome(ada: Customer) {
    await shop.moveTo(shop.clock.now() + 60_000);
    const customer = await shop.call("GET", `/v1/customers/${ada.id}`);
    const notes = await shop.call("GET", `/v1/credit_notes?customer=${ada.id}`);
    return {
      credit: customer.body.credit_balance,
      notes: notes.body.data.map(
        ({ taken_off_due, credited_to_balance, refunded }: Record<string, string>) =>
          `${taken_off_due} off what was due, ${credited_to_balance} credited, ${refunded} refunded`,
      ),
    };
  }

  test("what is not used is lost, unless somebody says otherwise", async () => {
    const { ada, subscription } = await paidAhead();
    await subscription.cancels("now");
    expect(await outcome(ada)).toEqual({ credit: "0.00", notes: [] });
  });

  test("with credit, twenty-one days become it, and pay for what was used first", async () => {
    const { ada, subscription } = await paidAhead();
    const { body } = await subscription.cancels("now", { unused: "credit" });
    expect(body.status).toBe("canceled");
    expect(await outcome(ada)).toEqual({
      credit: "17.00",
      notes: ["0.00 off what was due, 21.00 credited, 0.00 refunded"],
    });
    expect((await ada.bills())[1]).toMatchObject({ total: "4.00", amount_due: "0.00" });
  });

  test("with a refund, they go back to the card that paid", async () => {
    const { ada, subscription } = await paidAhead();
    await subscription.cancels("now", { unused: "refund" });
    expect(await outcome(ada)).toEqual({
      credit: "0.00",
      notes: ["0.00 off what was due, 0.00 credited, 21.00 refunded"],
    });
    const charges = shop.app.sandbox.journal.charges();
    expect(charges.flatMap(({ refunds }) => refunds).at(-1)).toMatchObject({ amount: 2100 });
    expect(await ada.books()).toMatchObject({ receivable: 0n, "rail:stripe": 1400n });
    expect(await ada.events()).toEqual(
      expect.arrayContaining(["credit_note.created", "subscription.canceled", "payment.refunded"]),
    );
  });

  test("with a refund, what credit had paid becomes credit again", async () => {
    const { ada, subscription } = await paidAhead();
    const [opening] = await ada.bills();
    const ten = { amount: "10.00", reason: "Sorry", to: "balance" };
    await shop.call("POST", `/v1/invoices/${opening?.id}/credit_notes`, { body: ten });
    await ada.livesUntil("2026-02-01");
    await subscription.cancels("now", { unused: "refund" });
    // Of 31.00 for February and 4.00 for packages the credit had paid 10.00, the card 25.00.
    expect(await outcome(ada)).toEqual({
      credit: "6.00",
      notes: [
        "0.00 off what was due, 6.00 credited, 25.00 refunded",
        "0.00 off what was due, 10.00 credited, 0.00 refunded",
      ],
    });
  });

  test("what was not paid yet is not given: it is owed no more", async () => {
    const { ada, subscription } = await paidAhead();
    await ada.gives("pm_card_chargeCustomerFail");
    await ada.livesUntil("2026-02-04");
    expect((await subscription.now()).status).toBe("past_due");
    await subscription.cancels("now", { unused: "refund" });
    // 31.00 × 25 ÷ 28 = 27.678…; three days and the packages of January stay owed.
    expect(await outcome(ada)).toEqual({
      credit: "0.00",
      notes: ["27.68 off what was due, 0.00 credited, 0.00 refunded"],
    });
    expect((await ada.bills())[1]).toMatchObject({ status: "open", amount_remaining: "7.32" });
  });

  test("after an upgrade, what the first plan had paid for is not lost with the second", async () => {
    const { ada, subscription } = await paidAhead({ change_policy: { payment_gated: false } });
    const larger = await story.publish([flat("62.00", "advance")], { name: "Larger" });
    await subscription.changes({ plan: larger });
    await shop.settle();
    // 42.00 for 21 days: 21.00 of the smaller plan, and 4.00 of packages; the card paid the rest.
    expect((await ada.bills())[1]).toMatchObject({ total: "25.00", amount_paid: "25.00" });
    await subscription.cancels("now", { unused: "refund" });
    expect(await outcome(ada)).toEqual({
      credit: "17.00",
      notes: ["0.00 off what was due, 17.00 credited, 25.00 refunded"],
    });
  });

  test("a term that was bought ahead is given back whole", async () => {
    const { ada, subscription } = await paidAhead({ renewal: "none" });
    await subscription.asks("renew");
    await shop.settle();
    await subscription.cancels("now", { unused: "refund" });
    expect((await outcome(ada)).notes).toEqual([
      "0.00 off what was due, 0.00 credited, 31.00 refunded",
      "0.00 off what was due, 0.00 credited, 21.00 refunded",
    ]);
  });

  test("days are counted as the plan counts them for changes", async () => {
    const { ada, subscription } = await paidAhead({ change_policy: { proration: "days" } });
    await ada.livesUntil("2026-01-11T18:00");
    await subscription.cancels("now", { unused: "credit" });
    expect((await outcome(ada)).notes).toEqual([
      "0.00 off what was due, 21.00 credited, 0.00 refunded",
    ]);
  });

  test("a plan may say what usually becomes of it", async () => {
    const usual = { unused_time: { on_cancel: "credit" } };
    const [one, other] = [await paidAhead(usual), await paidAhead(usual)];
    await one.subscription.cancels("now");
    await other.subscription.cancels("now", { unused: "nothing" });
    expect((await outcome(one.ada)).credit).toBe("17.00");
    expect((await outcome(other.ada)).credit).toBe("0.00");
  });

  test("while it rests: from the cancellation on, since a pause keeps what was paid", async () => {
    const { ada, subscription } = await paidAhead();
    await subscription.asks("pause");
    await ada.livesUntil("2026-01-21");
    await subscription.cancels("now", { unused: "credit" });
    expect((await outcome(ada)).notes).toEqual([
      "0.00 off what was due, 11.00 credited, 0.00 refunded",
    ]);
  });

  test("at the period's end nothing is left unused, and a change that awaited payment is dropped", async () => {
    const { ada, subscription } = await paidAhead();
    const refused = await subscription.cancels("at period end", { unused: "refund" });
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, "/unused"]);
    await ada.gives("pm_card_authenticationRequired");
    const dearer = await story.publish([flat("93.00", "advance")], { name: "Dearer" });
    expect((await subscription.asks("change", { plan: dearer })).body.code).toBe(
      "payment_declined",
    );
    await subscription.cancels("now", { unused: "credit" });
    expect((await outcome(ada)).credit).toBe("17.00");
    expect((await ada.bills())[1]).toMatchObject({ status: "void", reason: "change" });
  });
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
