import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";

let shop: TestApp;
let readOnly: string;
beforeAll(async () => {
  shop = await createTestApp();
  readOnly = await shop.issueToken(["billing:read"]);
});
afterAll(() => shop.stop());

const PLANS = "/api/v1/billing_plans";
const business = {
  title: "Business Plan",
  price: 2999,
  interval: "month",
  currency_code: "JMD",
  data: { usage_metrics: [{ metric: "packages", rate: 50 }] },
};

async function newPlan(changes: object = {}): Promise<string> {
  const { body } = await shop.call("POST", PLANS, { body: { ...business, ...changes } });
  return body.data.uid;
}

describe("POST /api/v1/billing_plans", () => {
  test("201 without metrics: a plan with a base fee alone", async () => {
    const { data: _, ...bare } = business;

    const { status, body } = await shop.call("POST", PLANS, { body: bare });

    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      price: 2999,
      data: { usage_metrics: [] },
      description: null,
    });
  });

  test("201 once for an Idempotency-Key, however often it is sent", async () => {
    const headers = { "idempotency-key": "plan-1" };
    const first = await shop.call("POST", PLANS, { body: business, headers });
    const again = await shop.call("POST", PLANS, { body: business, headers });

    expect(again.body).toEqual(first.body);
    expect(again.headers["idempotent-replayed"]).toBe("true");
  });

  test.each([
    { because: "rates below a cent are exact", rate: 0.000_000_001 },
    { because: "a rate is read by its shortest form", rate: 0.1 },
    { because: "an exponent is a form too", rate: 1e-7 },
    { because: "large rates are whole", rate: 999_999_999_999 },
  ])("201 $because: $rate", async ({ rate }) => {
    const uid = await newPlan({ data: { usage_metrics: [{ metric: "calls", rate }] } });

    const { body } = await shop.call("GET", `${PLANS}/${uid}`);

    expect(body.data.data.usage_metrics).toEqual([{ metric: "calls", rate }]);
  });

  test.each([
    {
      because: "a price of too many digits",
      change: { price: 1234567890.123_456_7 },
      code: "body_invalid",
    },
    { because: "a price that no coin pays", change: { price: 0.005 }, code: "plan_invalid" },
    { because: "a price beyond all reason", change: { price: 1e300 }, code: "plan_invalid" },
    { because: "a negative price", change: { price: -1 }, code: "body_invalid" },
    { because: "a price sent as text", change: { price: "2999.00" }, code: "body_invalid" },
    {
      because: "an interval there is not",
      change: { interval: "fortnight" },
      code: "body_invalid",
    },
    {
      because: "a currency there is not",
      change: { currency_code: "XQX" },
      code: "currency_unknown",
    },
    { because: "a title of blanks", change: { title: "   " }, code: "plan_invalid" },
    {
      because: "a rate with ten decimals",
      change: { data: { usage_metrics: [{ metric: "calls", rate: 1e-10 }] } },
      code: "body_invalid",
    },
    {
      because: "the same metric twice",
      change: {
        data: {
          usage_metrics: [
            { metric: "a", rate: 1 },
            { metric: "a", rate: 2 },
          ],
        },
      },
      code: "plan_invalid",
    },
    {
      because: "a metric with a blank",
      change: { data: { usage_metrics: [{ metric: "api calls", rate: 1 }] } },
      code: "plan_invalid",
    },
  ])("400 for $because", async ({ change, code }) => {
    const { status, body } = await shop.call("POST", PLANS, { body: { ...business, ...change } });

    expect(status).toBe(400);
    expect(body).toMatchObject({ state: "error", error: { code }, request_id: expect.any(String) });
  });

  test("403 for a token that may only read", async () => {
    const { status, body } = await shop.call("POST", PLANS, { body: business, token: readOnly });

    expect([status, body.error.code]).toEqual([403, "scope_missing"]);
  });
});

describe("GET /api/v1/billing_plans", () => {
  test("200 newest first, page by page", async () => {
    const uids = [await newPlan(), await newPlan(), await newPlan()];

    const first = await shop.call("GET", `${PLANS}?limit=2`);
    const cursor = encodeURIComponent(first.body.next_cursor);
    const second = await shop.call("GET", `${PLANS}?limit=1&cursor=${cursor}`);

    const listed = [...first.body.data, ...second.body.data].map(({ uid }) => uid);
    expect(listed).toEqual(uids.toReversed());
    expect(first.body).toMatchObject({ state: "ok", has_more: true });
  });

  test("400 for a cursor that no list gave", async () => {
    const { status, body } = await shop.call("GET", `${PLANS}?cursor=nonsense`);

    expect([status, body.error.code]).toEqual([400, "cursor_invalid"]);
  });
});

describe("GET and PUT /api/v1/billing_plans/:uid", () => {
  test("PUT 200 changes what is given and leaves the rest", async () => {
    const uid = await newPlan({ description: "Perfect for growing businesses" });

    const { status, body } = await shop.call("PUT", `${PLANS}/${uid}`, { body: { price: 3499.5 } });

    expect(status).toBe(200);
    expect(body.data).toMatchObject({ ...business, uid, price: 3499.5 });
    expect(body.data.description).toBe("Perfect for growing businesses");
    const native = await shop.call("GET", `/v1/plans/${uid}`);
    expect(native.body.version).toBe(2);
  });

  test("PUT 200 takes a description away with null", async () => {
    const uid = await newPlan({ description: "Perfect for growing businesses" });

    const { body } = await shop.call("PUT", `${PLANS}/${uid}`, { body: { description: null } });

    expect(body.data.description).toBeNull();
  });

  test("PUT 200 keeps what this surface has no words for", async () => {
    const prices = [
      { kind: "flat", name: "Pro", billed: "advance", amount: "10.00" },
      {
        kind: "usage",
        name: "Calls",
        metric: "calls",
        model: {
          type: "graduated",
          included_quantity: "5",
          tiers: [
            { up_to: "10", unit_price: "1", flat_price: "0" },
            { up_to: null, unit_price: "0.5", flat_price: "2" },
          ],
        },
      },
    ];
    const native = {
      name: "Pro",
      currency: "JMD",
      interval: { unit: "fixed_days", count: 30 },
      prices,
      kind: "add_on",
      renewal: "none",
      trial: { days: 7, requires_card: false, without_card: "pause" },
      anchor_after_pause: "move",
      unused_time: { on_cancel: "refund", on_pause: "credit" },
      change_policy: {
        upgrade: "now_full",
        downgrade: "now_without",
        proration: "days",
        payment_gated: false,
      },
      quantity_policy: { included: "5", step: "5" },
    };
    const made = await shop.call("POST", "/v1/plans", {
      body: { ...native, metadata: { crm: "1" } },
    });
    const uid = made.body.id;

    const { status, body } = await shop.call("PUT", `${PLANS}/${uid}`, {
      body: { title: "Pro 2" },
    });

    expect([status, body.data.title, body.data.interval]).toEqual([200, "Pro 2", "30 fixed_days"]);
    const { body: kept } = await shop.call("GET", `/v1/plans/${uid}`);
    expect(kept).toMatchObject({
      ...native,
      name: "Pro 2",
      version: 2,
      interval: { unit: "fixed_days", count: 30 },
      metadata: { crm: "1" },
      prices: [{ ...prices[0], name: "Pro 2" }, prices[1]],
    });
  });

  test("PUT 409 for an archived plan", async () => {
    const uid = await newPlan();
    await shop.call("POST", `/v1/plans/${uid}/archive`);

    const { status, body } = await shop.call("PUT", `${PLANS}/${uid}`, { body: { price: 1 } });

    expect([status, body.error.code]).toEqual([409, "plan_archived"]);
  });

  test("404 for a plan there is not, for nonsense, and for one of the other side", async () => {
    const uid = await newPlan();
    const answers = [
      await shop.call("GET", `${PLANS}/plan_0000000000000`),
      await shop.call("GET", `${PLANS}/nonsense`),
      await shop.call("GET", `${PLANS}/${uid}`, { token: shop.tokens.live }),
      await shop.call("PUT", `${PLANS}/${uid}`, { body: { price: 1 }, token: shop.tokens.other }),
    ];

    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [404, "plan_not_found"]),
    );
  });
});
