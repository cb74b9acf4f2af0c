import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import {
  type Customer,
  flat,
  type Membership,
  perUnit,
  type Story,
  storyOf,
  tiered,
} from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let ada: Customer;
let subscription: Membership;
let invoices: Json[];
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  const tiers = tiered("calls", "graduated", [
    ["100", "0.015"],
    [null, "0.005"],
  ]);
  ada = await story.welcome({ clock: "2026-01-01" });
  subscription = await ada.subscribes(
    await story.publish([flat("2999.00"), perUnit("packages", "50.00"), tiers]),
  );
  for (const quantity of ["1", "2", "3"]) await subscription.uses("packages", quantity);
  await subscription.uses("calls", "101");
  await ada.livesUntil("2026-03-01");
  invoices = (await shop.call("GET", `/v1/invoices?customer=${ada.id}`)).body.data;
});
afterAll(() => shop.stop());

const explain = (line: number | string, query = "") =>
  shop.call("GET", `/v1/invoices/${invoices[1].id}/lines/${line}/explain${query}`);

describe("GET /v1/invoices and /v1/invoices/:id", () => {
  test("200 every field of an invoice, the same in the list and alone", async () => {
    const { status, body } = await shop.call("GET", `/v1/invoices/${invoices[1].id}`);

    expect(status).toBe(200);
    expect(body).toEqual(invoices[1]);
    const { lines, ...head } = body;
    expect(head).toEqual({
      id: expect.stringMatching(/^inv_/),
      number: "1",
      status: "paid",
      reason: "renewal",
      customer: ada.id,
      subscription: subscription.id,
      currency: "JMD",
      period_start: "2026-01-01T00:00:00.000Z",
      period_end: "2026-02-01T00:00:00.000Z",
      base_amount: "2999.00",
      usage_amount: "301.51",
      total: "3300.51",
      credit_applied: "0.00",
      amount_credited: "0.00",
      amount_due: "3300.51",
      amount_paid: "3300.51",
      amount_remaining: "0.00",
      issued_at: "2026-02-01T00:00:00.000Z",
      collection: "charge",
      due_at: "2026-02-01T00:00:00.000Z",
      overdue_at: null,
      paid_at: "2026-02-01T00:00:00.000Z",
      payment_url: null,
    });
    expect(lines[1]).toEqual({
      line: 2,
      kind: "usage",
      price: expect.stringMatching(/^price_/),
      metric: "packages",
      description: "packages",
      period_start: "2026-01-01T00:00:00.000Z",
      period_end: "2026-02-01T00:00:00.000Z",
      quantity: "6",
      amount: "300.00",
      unit_price: "50",
    });
  });

  test("200 newest first, page by page, of one subscription", async () => {
    const path = `/v1/invoices?subscription=${subscription.id}&limit=1`;
    const first = await shop.call("GET", path);
    const second = await shop.call(
      "GET",
      `${path}&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    );

    const numbers = [first, second].map(({ body }) => body.data[0].number);
    expect(numbers).toEqual(["2", "1"]);
    expect([first.body.has_more, second.body.has_more]).toEqual([true, false]);
  });

  test("200 empty when the subscription is not the customer's", async () => {
    const bob = await story.welcome();

    const { body } = await shop.call(
      "GET",
      `/v1/invoices?subscription=${subscription.id}&customer=${bob.id}`,
    );

    expect(body.data).toEqual([]);
  });

  test("404 for one there is not, for nonsense, and for one of another project", async () => {
    const answers = [
      await shop.call("GET", `/v1/invoices/inv_${"0".repeat(26)}`),
      await shop.call("GET", "/v1/invoices/nonsense"),
      await shop.call("GET", `/v1/invoices/${invoices[0].id}`, { token: shop.tokens.other }),
      await shop.call("GET", `/v1/invoices/${invoices[0].id}`, { token: shop.tokens.live }),
    ];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [404, "invoice_not_found"]),
    );
  });
});

describe("GET /v1/invoices/:id/lines/:line/explain", () => {
  test("200 a flat line: its price, with no events behind it", async () => {
    const { body } = await explain(1);

    expect(body).toEqual({
      invoice: invoices[1].id,
      line: 1,
      description: "Base fee",
      currency: "JMD",
      measured: null,
      formula: "2999 = 2999.00",
      tiers: [],
      charges: [],
      exact: "2999",
      rounding: "none: 2999.00 is exact",
      recomputed: "2999.00",
      billed: "2999.00",
      holds: true,
      events: null,
    });
  });

  test("200 a usage line: its events page by page, and the same amount from them", async () => {
    const first = await explain(2, "?limit=2");
    const second = await explain(
      2,
      `?limit=2&cursor=${encodeURIComponent(first.body.events.next_cursor)}`,
    );

    expect(first.body).toMatchObject({ formula: "6 × 50 = 300", billed: "300.00", holds: true });
    const events = [...first.body.events.data, ...second.body.events.data];
    expect(new Set(events.map(({ quantity }) => quantity))).toEqual(new Set(["1", "2", "3"]));
    expect(second.body.events.has_more).toBe(false);
  });

  test("200 tiers: each with what it took, and the one rounding", async () => {
    const { body } = await explain(3);

    // 100 × 0.015 + 1 × 0.005 = 1.505, which is rounded once.
    expect(body).toMatchObject({
      formula: "100 × 0.015 + 1 × 0.005 = 1.505",
      exact: "1.505",
      rounding: "1.505 is rounded half away from zero to 1.51",
      billed: "1.51",
      holds: true,
      tiers: [
        { from: "0", up_to: "100", quantity: "100", unit_price: "0.015", exact: "1.5" },
        { from: "100", up_to: null, quantity: "1", unit_price: "0.005", exact: "0.005" },
      ],
    });
  });

  test("200 it says so when the events do not give what was billed", async () => {
    await shop.app.db.inProject(shop.projectIds.sandbox, (tx) =>
      tx.query(
        `insert into usage_event
         select customer_id, subscription_id, 'slipped in', received_month, project_id, metric, 1,
                occurred_at, received_at, period_start, closings, properties
           from usage_event where metric = 'packages' limit 1`,
      ),
    );

    const { body } = await explain(2);

    expect(body).toMatchObject({ recomputed: "350.00", billed: "300.00", holds: false });
  });

  test.each([
    { line: "4", expected: [404, "invoice_line_not_found"] },
    { line: "0", expected: [400, "parameter_invalid"] },
    { line: "one", expected: [400, "parameter_invalid"] },
    { line: "99999999999999999999", expected: [400, "parameter_invalid"] },
    { line: "1?cursor=nonsense", expected: [200, undefined] },
    { line: "2?cursor=nonsense", expected: [400, "cursor_invalid"] },
  ])("line $line: $expected", async ({ line, expected }) => {
    const [number = "", query] = line.split("?");

    const { status, body } = await explain(number, query === undefined ? "" : `?${query}`);

    expect([status, body.code]).toEqual(expected);
  });

  test("404 for another project's invoice", async () => {
    const path = `/v1/invoices/${invoices[1].id}/lines/1/explain`;

    const { status, body } = await shop.call("GET", path, { token: shop.tokens.other });

    expect([status, body.code]).toEqual([404, "invoice_not_found"]);
  });
});
