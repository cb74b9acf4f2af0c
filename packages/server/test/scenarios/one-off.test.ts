import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tellOverdue } from "#flows/tell-overdue.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { verifyProject } from "#modules/verification/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const SETUP = { description: "Setting up", quantity: "2.5", unit_amount: "19.99" };
const REBATE = { description: "For an old friend", quantity: "1", unit_amount: "-9.98" };

/** Writes an invoice for 40.00: 49.98 less 9.98. */
async function invoiced(ada: Customer, more: object = {}) {
  const { status, body } = await shop.call("POST", "/v1/invoices", {
    body: {
      customer: ada.id,
      currency: "JMD",
      lines: [SETUP, REBATE],
      collection: "charge",
      ...more,
    },
  });
  return { status, body };
}

/** How many statements it takes to tell, two days on, of what is overdue then. */
async function overdueStatements(): Promise<number> {
  let count = 0;
  const { db, engine } = shop.app;
  const counting: Database = {
    ...db,
    inProject: (projectId, work) =>
      db.inProject(projectId, (tx) => {
        const query: Tx["query"] = (sql, values) => {
          count += 1;
          return tx.query(sql, values);
        };
        return work({ ...tx, query });
      }),
  };
  shop.clock.moveTo(shop.clock.now() + 2 * DAY_MS);
  await tellOverdue(engine, counting);
  return count;
}

const latest = async (ada: Customer) => (await ada.bills()).at(-1);

describe("something is charged once, without a subscription", () => {
  test("on 3 February, and the card pays it", async () => {
    const ada = await story.welcome({ clock: "2026-02-03" });

    const made = await invoiced(ada);
    await ada.livesUntil("2026-02-04");

    expect(made).toMatchObject({
      status: 201,
      body: {
        status: "open",
        reason: "one_off",
        subscription: null,
        total: "40.00",
        base_amount: "40.00",
        usage_amount: "0.00",
        due_at: "2026-02-03T00:00:00.000Z",
        lines: [
          { kind: "one_off", price: null, quantity: "2.5", unit_price: "19.99", amount: "49.98" },
          { kind: "one_off", quantity: "1", unit_price: "-9.98", amount: "-9.98" },
        ],
      },
    });
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "40.00" });
    expect(await ada.attempts()).toEqual(["2026-02-03 succeeded"]);
    expect(await ada.books()).toMatchObject({ receivable: 0n, revenue: -4000n });
    const told = ["invoice.finalized", "payment.succeeded", "invoice.paid"];
    expect(await ada.events()).toEqual(expect.arrayContaining(told));
  });

  test("every line is explained", async () => {
    const ada = await story.welcome();
    await invoiced(ada);

    expect(await ada.explained()).toMatchObject([
      {
        formula: "2.5 × 19.99 = 49.975",
        rounding: "49.975 is rounded half away from zero to 49.98",
        billed: "49.98",
        holds: true,
        events: null,
      },
      { formula: "1 × -9.98 = -9.98", billed: "-9.98", holds: true },
    ]);
  });

  test("a declined card is tried again, and credit pays what it can", async () => {
    const ada = await story.welcome({ card: "pm_card_chargeCustomerFail" });
    const { body: first } = await invoiced(ada);
    await ada.livesUntil("2026-01-01T01:00");
    const note = { amount: "10.00", reason: "Sorry", to: "balance" };
    await shop.call("POST", `/v1/invoices/${first.id}/credit_notes`, { body: note });
    await ada.gives("pm_card_visa");
    await ada.livesUntil("2026-01-02T01:00");

    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "30.00" });
    expect((await ada.attempts()).map((attempt) => attempt.split(" ")[1])).toEqual([
      "declined",
      "succeeded",
    ]);
  });
});

describe("an invoice is sent", () => {
  test("and waits for a bank transfer, charging no card", async () => {
    const ada = await story.welcome({ clock: "2026-02-03" });

    const { body: sent } = await invoiced(ada, { collection: "send", due_days: 14 });
    await ada.livesUntil("2026-02-16");
    const waiting = await latest(ada);
    const transfer = { amount: "40.00", method: "bank_transfer", reference: "4711" };
    await shop.call("POST", `/v1/invoices/${sent.id}/payments`, { body: transfer });

    expect(waiting).toMatchObject({
      status: "open",
      collection: "send",
      due_at: "2026-02-17T00:00:00.000Z",
      amount_remaining: "40.00",
    });
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "40.00" });
    expect(await ada.attempts()).toEqual([]);
    expect(await ada.events()).toEqual(
      expect.arrayContaining(["invoice.finalized", "payment.recorded", "invoice.paid"]),
    );
  });

  test("and is overdue, which is told once, until it is paid after all", async () => {
    const ada = await story.welcome({ clock: "2026-02-03" });
    const { body: sent } = await invoiced(ada, { collection: "send", due_days: 14 });
    const { body: paid } = await invoiced(ada, { collection: "send", due_days: 14 });
    const transfer = { amount: "40.00", method: "bank_transfer", reference: "4711" };
    await shop.call("POST", `/v1/invoices/${paid.id}/payments`, { body: transfer });

    await ada.livesUntil("2026-02-16T23:59");
    const before = await ada.bills();
    await ada.livesUntil("2026-02-17");
    await ada.livesUntil("2026-03-17");
    const after = await ada.bills();
    const late = { ...transfer, reference: "4712" };
    await shop.call("POST", `/v1/invoices/${sent.id}/payments`, { body: late });

    expect(before.map(({ overdue_at }) => overdue_at)).toEqual([null, null]);
    expect(after.map(({ overdue_at }) => overdue_at)).toEqual(["2026-02-17T00:00:00.000Z", null]);
    const told = (await ada.events()).filter((type) => type === "invoice.overdue");
    expect(told).toHaveLength(1);
    expect((await ada.bills())[0]).toMatchObject({ status: "paid" });
  });

  test("and is overdue by the server's clock as well, many told of with as many statements as one", async () => {
    const ada = await story.welcome({ clock: null, card: null });
    const terms = { collection: "send", due_days: 1 };
    const payment_terms = { collection: "send", net_days: 1 };
    await invoiced(ada, terms);
    const statementsForOne = await overdueStatements();
    const bob = await story.welcome({ clock: null, card: null });
    for (const whose of [ada, bob, bob]) await invoiced(whose, terms);
    const carl = await story.welcome({ clock: null });
    await shop.call("PATCH", `/v1/customers/${carl.id}`, { body: { payment_terms } });
    const subscription = await carl.subscribes(await story.publish([flat("20.00", "advance")]));

    expect(await overdueStatements()).toBe(statementsForOne);

    await shop.settle();
    const { body } = await shop.call("GET", "/v1/events?types=invoice.overdue&limit=100");
    const told = [ada, bob, carl].flatMap(({ id }) =>
      body.data
        .filter(({ data }: Json) => data.customer.id === id)
        .map(({ data: { invoice } }: Json) => `${id} ${invoice.customer} ${invoice.subscription}`),
    );
    expect(told).toEqual([
      ...[ada, ada, bob, bob].map(({ id }) => `${id} ${id} null`),
      `${carl.id} ${carl.id} ${subscription.id}`,
    ]);
    const ofCarl = body.data.find(({ data }: Json) => data.subscription !== undefined);
    expect(ofCarl.data).toMatchObject({ subscription: { id: subscription.id }, plan: {} });
  });

  test("for two months of a subscriber, beside the bills of its subscription", async () => {
    const ada = await story.welcome();
    await ada.subscribes(await story.publish([flat("20.00")]));
    await invoiced(ada, { collection: "send", currency: undefined });
    await invoiced(ada, { collection: "send", currency: undefined });
    await ada.livesUntil("2026-02-01");

    const bills = (await ada.invoices()).map(({ reason, status, total }) => [
      reason,
      status,
      total,
    ]);
    expect(bills).toEqual([
      ["one_off", "open", "40.00"],
      ["one_off", "open", "40.00"],
      ["renewal", "paid", "20.00"],
    ]);
  });
});

describe("it is refused", () => {
  test.each([
    { more: { currency: undefined }, code: "invoice_invalid", status: 400 },
    { more: { currency: "XXY" }, code: "currency_unknown", status: 400 },
    { more: { customer: "cus_0000000000000" }, code: "customer_not_found", status: 404 },
    { more: { lines: [REBATE] }, code: "invoice_invalid", status: 400 },
    { more: { lines: [] }, code: "body_invalid", status: 400 },
    { more: { due_days: 3 }, code: "invoice_invalid", status: 400 },
    { more: { lines: [{ ...SETUP, quantity: "0" }] }, code: "quantity_invalid", status: 400 },
  ])("$more", async ({ more, code, status }) => {
    const ada = await story.welcome();

    const refused = await invoiced(ada, more);

    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(await ada.bills()).toEqual([]);
  });

  test("in another currency than the customer's", async () => {
    const ada = await story.welcome();
    await invoiced(ada);

    const { status, body } = await invoiced(ada, { currency: "USD" });

    expect([status, body.code]).toEqual([409, "currency_mismatch"]);
  });
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
