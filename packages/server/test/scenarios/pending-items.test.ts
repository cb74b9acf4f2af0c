import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Membership, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("20.00")]);
});
afterAll(() => shop.stop());

const DEVICE = { description: "A broken device", unit_amount: "80.00" };
const REBATE = { description: "For your patience", unit_amount: "-12.50" };
const PAID = "Base fee: 20.00";

const keep = (ada: Customer, item: object, subscription?: Membership) =>
  shop.call("POST", "/v1/invoice_items", {
    body: {
      customer: ada.id,
      ...item,
      ...(subscription === undefined ? {} : { subscription: subscription.id }),
    },
  });

/** Somebody who pays 20.00 a month, from 1 January on. */
async function subscriber(more: { readonly clock?: string | null } = {}) {
  const ada = await story.welcome(more);
  return { ada, subscription: await ada.subscribes(plan) };
}

const itemsOf = async (ada: Customer, status = ""): Promise<Json[]> =>
  (await shop.call("GET", `/v1/invoice_items?customer=${ada.id}${status}`)).body.data;
const linesOf = async (ada: Customer) => (await ada.invoices()).map(({ lines }) => lines);

describe("something is charged with the next invoice", () => {
  test("and stands there as a line of its own, which is explained", async () => {
    const { ada } = await subscriber();
    await ada.livesUntil("2026-01-10");

    const kept = await keep(ada, { ...DEVICE, quantity: "1.5" });
    await ada.livesUntil("2026-02-01");

    expect(kept).toMatchObject({
      status: 201,
      body: { status: "pending", amount: "120.00", currency: "JMD", invoice: null, line: null },
    });
    const [bill] = await ada.bills();
    expect(bill).toMatchObject({ reason: "renewal", status: "paid", total: "140.00" });
    expect(bill?.["lines"][1]).toMatchObject({
      kind: "one_off",
      description: "A broken device",
      amount: "120.00",
      period_start: "2026-01-10T00:00:00.000Z",
      invoice_item: kept.body.id,
    });
    const billed = await shop.call("GET", `/v1/invoice_items/${kept.body.id}`);
    expect(billed.body).toMatchObject({ status: "billed", invoice: bill?.["id"], line: 2 });
    expect((await ada.explained())[1]).toMatchObject({ formula: "1.5 × 80 = 120", holds: true });
    await ada.livesUntil("2026-03-01");
    expect(await linesOf(ada)).toEqual([[PAID, "A broken device: 1.5 → 120.00"], [PAID]]);
  });

  test("of the subscription that it is for, and no other", async () => {
    const { ada, subscription } = await subscriber();
    await ada.livesUntil("2026-01-15");
    const later = await ada.subscribes(plan);
    await keep(ada, DEVICE, later);
    await keep(ada, REBATE, subscription);
    await ada.livesUntil("2026-02-15");

    expect(await linesOf(ada)).toEqual([
      [PAID, "For your patience: 1 → -12.50"],
      [PAID, "A broken device: 1 → 80.00"],
    ]);
  });

  test("of whichever subscription comes first, once, though two are billed at one instant", async () => {
    const { ada } = await subscriber();
    await ada.subscribes(plan);
    await keep(ada, DEVICE);
    await ada.livesUntil("2026-02-01");

    const bills = await ada.invoices();
    expect(bills.map(({ total }) => total).toSorted()).toEqual(["100.00", "20.00"]);
  });

  test("of whichever bills first, past an older one that bills nothing at that instant", async () => {
    const ada = await story.welcome();
    // Three days before its end it is told of, which is when the other one is billed.
    await ada.subscribes(await story.publish([flat("5.00")], { trial: { days: 34 } }));
    await ada.subscribes(plan);
    await keep(ada, DEVICE);
    await ada.livesUntil("2026-02-01");

    expect(await ada.events()).toContain("subscription.trial_will_end");
    expect(await linesOf(ada)).toEqual([[PAID, "A broken device: 1 → 80.00"]]);
  });

  test("also where nothing else is to be paid", async () => {
    const ada = await story.welcome();
    await ada.subscribes(await story.publish([flat("0")]));
    await keep(ada, DEVICE);
    await ada.livesUntil("2026-03-01");

    expect(await linesOf(ada)).toEqual([["A broken device: 1 → 80.00"]]);
  });

  test("and what is taken off beyond all of it becomes credit", async () => {
    const { ada } = await subscriber();
    await keep(ada, { ...REBATE, quantity: "2" });
    await ada.livesUntil("2026-02-01");

    const customer = await shop.call("GET", `/v1/customers/${ada.id}`);
    expect(customer.body).toMatchObject({ credit_balance: "5.00" });
    expect(await ada.bills()).toMatchObject([
      { status: "paid", total: "-5.00", amount_due: "0.00" },
    ]);
  });

  test("that is charged at all: a trial's end bills what had waited, a gated start does not", async () => {
    const ada = await story.welcome();
    const trial = await story.publish([flat("20.00", "advance")], { trial: { days: 7 } });
    await ada.subscribes(await story.publish([flat("5.00", "advance")]));
    await keep(ada, DEVICE);
    await ada.subscribes(trial);
    await ada.livesUntil("2026-01-09");

    expect(await linesOf(ada)).toEqual([["Base fee: 5.00"], [PAID, "A broken device: 1 → 80.00"]]);
  });

  test("by the server's clock as well", async () => {
    const { ada } = await subscriber({ clock: null });
    await keep(ada, DEVICE);

    await shop.moveTo(shop.clock.now() + 32 * DAY_MS);

    expect(await linesOf(ada)).toEqual([[PAID, "A broken device: 1 → 80.00"]]);
  });

  test("once, by whichever of two that close at the same time", async () => {
    const { ada, subscription } = await subscriber();
    const other = await ada.subscribes(plan);
    await keep(ada, DEVICE);
    await ada.livesUntil("2026-01-11");

    await Promise.all([subscription.cancels("now"), other.cancels("now")]);

    const charged = (await linesOf(ada)).flat().filter((line) => line.startsWith("A broken"));
    expect(charged).toEqual(["A broken device: 1 → 80.00"]);
  });
});

describe("what is pending", () => {
  test("is seen by a forecast and by a dry run, which take nothing of it", async () => {
    const { ada, subscription } = await subscriber();
    await keep(ada, DEVICE);

    const path = `/v1/subscriptions/${subscription.id}`;
    const forecast = await shop.call("GET", `${path}/forecast?until=2026-02-02T00:00:00Z`);
    const dry = { body: { at_period_end: false } };
    const preview = await shop.call("POST", `${path}/cancel?dry_run=true`, dry);

    expect(forecast.body.invoices).toMatchObject([{ total: "100.00" }]);
    expect(preview.body.invoices[0].lines.at(-1)).toMatchObject({ amount: "80.00" });
    expect(await itemsOf(ada, "&status=pending")).toHaveLength(1);
  });

  test("is changed and deleted until it is billed, and never after", async () => {
    const { ada, subscription } = await subscriber();
    const { body: device } = await keep(ada, DEVICE);
    const { body: rebate } = await keep(ada, REBATE);
    const change = { quantity: "2", unit_amount: "7.25", subscription: subscription.id };

    const changed = await shop.call("PATCH", `/v1/invoice_items/${device.id}`, { body: change });
    const deleted = await shop.call("DELETE", `/v1/invoice_items/${rebate.id}`);
    await ada.livesUntil("2026-02-01");
    const late = await shop.call("PATCH", `/v1/invoice_items/${device.id}`, { body: change });
    const gone = await shop.call("DELETE", `/v1/invoice_items/${rebate.id}`);

    expect(changed.body).toMatchObject({ amount: "14.50", description: "A broken device" });
    expect(deleted).toMatchObject({ status: 200, body: { id: rebate.id } });
    expect(await linesOf(ada)).toEqual([[PAID, "A broken device: 2 → 14.50"]]);
    const [bill] = await ada.bills();
    expect([late.status, late.body.code]).toEqual([409, "invoice_item_billed"]);
    expect(late.body.details).toMatchObject({ invoice: bill?.["id"], line: 2 });
    expect([gone.status, gone.body.code]).toEqual([404, "invoice_item_not_found"]);
  });

  test("goes onto the final invoice of a subscription that ends, and of one that had ended", async () => {
    const { ada, subscription } = await subscriber();
    await keep(ada, DEVICE, subscription);
    await ada.livesUntil("2026-01-11");
    await subscription.cancels("now");
    const { status } = await keep(ada, REBATE, subscription);
    await ada.livesUntil("2026-01-13");
    const closed = await keep(ada, REBATE, subscription);

    expect(status).toBe(201);
    expect((await ada.invoices()).map(({ reason, lines }) => [reason, lines.at(-1)])).toEqual([
      ["renewal", "A broken device: 1 → 80.00"],
      ["final", "For your patience: 1 → -12.50"],
    ]);
    expect([closed.status, closed.body.code]).toEqual([409, "subscription_closed"]);
  });

  test("is invoiced at once, whosever it is, when it is asked for", async () => {
    const { ada, subscription } = await subscriber();
    const { body: device } = await keep(ada, DEVICE, subscription);
    const { body: rebate } = await keep(ada, REBATE);
    const body = { customer: ada.id, invoice_items: [device.id, rebate.id], collection: "charge" };

    const made = await shop.call("POST", "/v1/invoices", { body });
    const again = await shop.call("POST", "/v1/invoices", { body });
    await ada.livesUntil("2026-02-01");

    expect(made).toMatchObject({ status: 201, body: { subscription: null, total: "67.50" } });
    expect([again.status, again.body.code]).toEqual([409, "invoice_item_billed"]);
    expect(await linesOf(ada)).toMatchObject([{ length: 2 }, [PAID]]);
    expect((await itemsOf(ada)).map(({ invoice, line }) => [invoice, line])).toEqual([
      [made.body.id, 2],
      [made.body.id, 1],
    ]);
  });
});

test.each([
  { more: { currency: "USD" }, refusal: [409, "currency_mismatch"] },
  { more: { currency: "XXY" }, refusal: [400, "currency_unknown"] },
  { more: { customer: "cus_0000000000000" }, refusal: [404, "customer_not_found"] },
  { more: { subscription: `sub_${"0".repeat(26)}` }, refusal: [404, "subscription_not_found"] },
  { more: { quantity: "0" }, refusal: [400, "quantity_invalid"] },
  { more: { unit_amount: "1000000000000" }, refusal: [400, "invoice_invalid"] },
])("$more is refused with $refusal", async ({ more, refusal }) => {
  const { ada } = await subscriber();

  const { status, body } = await keep(ada, { ...DEVICE, ...more });

  expect([status, body.code]).toEqual(refusal);
  expect(await itemsOf(ada)).toEqual([]);
});

test("another customer's subscription or item is not found", async () => {
  const { subscription } = await subscriber();
  const { ada: bob } = await subscriber();
  const { ada: eve } = await subscriber();
  const { body: item } = await keep(bob, DEVICE);
  const asked = { customer: eve.id, invoice_items: [item.id], collection: "send" };

  const kept = await keep(eve, DEVICE, subscription);
  const billed = await shop.call("POST", "/v1/invoices", { body: asked });

  expect([kept.status, kept.body.code]).toEqual([404, "subscription_not_found"]);
  expect([billed.status, billed.body.code]).toEqual([404, "invoice_item_not_found"]);
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
