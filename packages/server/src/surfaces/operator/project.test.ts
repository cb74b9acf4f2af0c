import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, storyOf } from "#test/support/story.ts";

let shop: TestApp;
beforeAll(async () => {
  shop = await createTestApp();
});
afterAll(() => shop.stop());

const change = (body: object, token?: string) =>
  shop.call("PATCH", "/v1/project", { body, ...(token === undefined ? {} : { token }) });

describe("PATCH /v1/project", () => {
  test("200: the next declined charge is tried by the new schedule", async () => {
    expect(await change({ retry_days: [2, 4] })).toMatchObject({
      status: 200,
      body: { slug: "shop", side: "sandbox", retry_days: [2, 4] },
    });
    const story = storyOf(shop);
    const plan = await story.publish([flat("2999.00")]);
    const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
    await ada.subscribes(plan);

    await ada.livesUntil("2026-02-05");

    expect((await ada.attempts()).slice(0, 3)).toEqual([
      "2026-02-01 declined",
      "2026-02-03 declined",
      "2026-02-05 declined",
    ]);
  });

  test("200: without retries the first failure is the last", async () => {
    await change({ retry_days: [] });
    const story = storyOf(shop);
    const plan = await story.publish([flat("2999.00")]);
    const ada = await story.welcome({ clock: "2026-01-01", card: "pm_card_chargeCustomerFail" });
    const subscription = await ada.subscribes(plan);

    await ada.livesUntil("2026-02-01");

    expect(await subscription.now()).toMatchObject({ status: "canceled" });
    expect(await ada.invoices()).toMatchObject([{ status: "uncollectible" }]);
  });

  test("200: nothing changes of what is left out, nor on the other side", async () => {
    await change({ retry_days: [5] });
    expect((await change({})).body.retry_days).toEqual([5]);
    const live = await shop.call("GET", "/v1/project", { token: shop.tokens.live });
    expect(live.body.retry_days).toEqual([1, 3, 5, 7]);
  });

  test.each([
    { retry_days: [3, 1], code: "retry_schedule_invalid", because: "it goes back" },
    { retry_days: [1, 1], code: "retry_schedule_invalid", because: "a day is named twice" },
    { retry_days: [0], code: "body_invalid", because: "that would be the same moment" },
    { retry_days: [1.5], code: "body_invalid", because: "days are whole" },
    { retry_days: [61], code: "body_invalid", because: "nobody waits that long" },
    { retry_days: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], code: "body_invalid", because: "too many" },
    { retry_days: "1,3", code: "body_invalid", because: "it is no list" },
  ])("400 $code: $retry_days, $because", async ({ retry_days, code }) => {
    expect(await change({ retry_days })).toMatchObject({ status: 400, body: { code } });
  });

  test("200: a payer may be sent back to a new origin, and no longer to an old one", async () => {
    const { body: plan } = await shop.call("POST", "/api/v1/billing_plans", {
      body: { title: "Basic", price: 10, interval: "month", currency_code: "JMD" },
    });
    const link = async (return_url: string) => {
      const customer = { first_name: "Ada", last_name: "Brown", email: "ada@shop.example" };
      const body = { plan_uid: plan.data.uid, customer, meta_data: { return_url } };
      const path = "/api/v1/billing_subscriptions/link";
      return (await shop.call("POST", path, { body })).status;
    };
    expect(await link("https://your-app.example/billing")).toBe(400);

    const changed = await change({
      return_origins: ["https://Your-App.example/", "https://your-app.example"],
    });

    expect(changed.body.return_origins).toEqual(["https://your-app.example"]);
    expect(await link("https://your-app.example/billing")).toBe(201);
    await change({ return_origins: [] });
    expect(await link("https://your-app.example/billing")).toBe(400);
  });

  test.each([
    { origin: "https://shop.example/billing", because: "it has a path" },
    { origin: "https://ada@shop.example", because: "it has a user" },
    { origin: "https://shop.example?a=1", because: "it has a query" },
    { origin: "ftp://shop.example", because: "it is not of the web" },
    { origin: "shop.example", because: "it has no scheme" },
    { origin: "*", because: "it is no address" },
  ])("400: $origin, $because", async ({ origin }) => {
    expect(await change({ return_origins: [origin] })).toMatchObject({
      status: 400,
      body: { code: "return_origin_invalid" },
    });
  });

  test("403 without the scope for it", async () => {
    const token = await shop.issueToken(["billing:read", "billing:write"]);
    expect((await change({ retry_days: [1] }, token)).status).toBe(403);
  });
});
