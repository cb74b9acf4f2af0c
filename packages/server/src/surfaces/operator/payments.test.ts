import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Membership, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let ada: Customer;
let subscription: Membership;
beforeAll(async () => {
  shop = await createTestApp();
  const story = storyOf(shop);
  const plan = await story.publish([flat("2999.00")]);
  ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
  subscription = await ada.subscribes(plan);
  await ada.livesUntil("2026-02-02");
  await ada.gives("pm_card_visa");
  await shop.settle();
  await ada.livesUntil("2026-03-01");
  await (await story.welcome()).subscribes(await story.publish([flat("1.00", "advance")]));
  await shop.settle();
});
afterAll(() => shop.stop());

const list = (query: string, token = shop.tokens.sandbox) =>
  shop.call("GET", `/v1/payments?${query}`, { token });
const ids = (body: Json): string[] => body.data.map(({ id }: Json) => id);

describe("GET /v1/payments", () => {
  test("200 every field, newest first", async () => {
    const { status, body } = await list(`customer=${ada.id}`);

    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      { created_at: "2026-03-01T00:00:00.000Z" },
      { created_at: "2026-02-01T00:00:00.000Z" },
    ]);
    expect(body.data[1]).toEqual({
      id: expect.stringMatching(/^pay_[0-9a-z]{26}$/),
      customer: ada.id,
      invoice: expect.stringMatching(/^inv_/),
      subscription: subscription.id,
      status: "succeeded",
      amount: "2999.00",
      surplus: "0.00",
      currency: "JMD",
      attempt_count: 3,
      next_attempt_at: null,
      failure_code: "generic_decline",
      action_url: null,
      created_at: "2026-02-01T00:00:00.000Z",
      settled_at: "2026-02-02T00:00:00.000Z",
    });
  });

  test("200 by subscription and by status", async () => {
    const own = await list(`subscription=${subscription.id}&status=succeeded`);
    const none = await list(`subscription=${subscription.id}&status=failed`);

    expect(ids(own.body)).toHaveLength(2);
    expect(ids(none.body)).toEqual([]);
  });

  test("200 page by page, each payment once", async () => {
    const all = ids((await list("limit=100")).body);
    const first = await list("limit=2");
    const next = await list(`limit=2&cursor=${first.body.next_cursor}`);

    expect(all).toHaveLength(3);
    expect([...ids(first.body), ...ids(next.body)]).toEqual(all);
    expect(next.body).toMatchObject({ has_more: false, next_cursor: null });
  });

  test("200 nothing of another project's", async () => {
    expect((await list("", shop.tokens.other)).body.data).toEqual([]);
  });

  test.each([
    { query: "customer=cus_x", status: 404, code: "customer_not_found" },
    { query: "subscription=sub_x", status: 404, code: "subscription_not_found" },
    { query: "cursor=x", status: 400, code: "cursor_invalid" },
    { query: "status=unknown", status: 400, code: "parameter_invalid" },
  ])("$status $code: $query", async ({ query, status, code }) => {
    expect(await list(query)).toMatchObject({ status, body: { code } });
  });
});

describe("GET /v1/payments/:id", () => {
  test("200 with every attempt, the first one first", async () => {
    const [, id] = ids((await list(`customer=${ada.id}`)).body);
    const { status, body } = await shop.call("GET", `/v1/payments/${id}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ refunds: [], disputes: [] });
    expect(body.attempts).toMatchObject([
      { attempt: 1, outcome: "declined", failure_code: "generic_decline" },
      { attempt: 2, outcome: "declined", failure_code: "generic_decline" },
      { attempt: 3, outcome: "succeeded", failure_code: null },
    ]);
    expect(body.attempts[2]).toMatchObject({
      payment_method: expect.stringMatching(/^pm_/),
      started_at: "2026-02-02T00:00:00.000Z",
      settled_at: "2026-02-02T00:00:00.000Z",
    });
    expect(body.attempts[2].payment_method).not.toBe(body.attempts[0].payment_method);
  });

  test("404 for what is no payment, and for another project's token", async () => {
    const [id] = ids((await list(`customer=${ada.id}`)).body);
    const foreign = { token: shop.tokens.other };
    const refused = { status: 404, body: { code: "payment_not_found" } };

    expect(await shop.call("GET", `/v1/payments/${id}`, foreign)).toMatchObject(refused);
    expect(await shop.call("GET", "/v1/payments/pay_x")).toMatchObject(refused);
  });

  test("401 without a token, 403 with one for usage only", async () => {
    const usage = await shop.issueToken(["usage:write"]);
    expect((await shop.call("GET", "/v1/payments", { token: null })).status).toBe(401);
    expect((await list("", usage)).status).toBe(403);
  });
});
