import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Customer, type Membership, perUnit, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let ada: Customer;
let subscription: Membership;

beforeAll(async () => {
  shop = await createTestApp();
  const story = storyOf(shop);
  ada = await story.welcome({ clock: "2026-01-01" });
  subscription = await ada.subscribes(await story.publish([perUnit("calls", "1.00")]));
  const properties = { region: "eu", paid: true };
  await subscription.uses("calls", "2.5", { reference_id: "a", properties });
  await subscription.uses("calls", "-1", { reference_id: "b" });
});

afterAll(() => shop.stop());

const search = (query: Record<string, string | number>, token?: string) =>
  shop.call(
    "GET",
    `/v1/usage/events?${new URLSearchParams(query as Record<string, string>)}`,
    token === undefined ? {} : { token },
  );

describe("GET /v1/usage/events", () => {
  test("200 every field of an event, by its properties", async () => {
    const query = { customer: ada.id, property: "region", property_value: "eu" };
    expect(await search(query)).toMatchObject({
      status: 200,
      body: {
        data: [
          {
            subscription: subscription.id,
            metric: "calls",
            quantity: "2.5",
            reference_id: "a",
            occurred_at: "2026-01-01T00:00:00.000Z",
            received_at: "2026-01-01T00:00:00.000Z",
            period_start: "2026-01-01T00:00:00.000Z",
            properties: { region: "eu", paid: true },
          },
        ],
        next_cursor: null,
        has_more: false,
      },
    });
  });

  test("200 page by page", async () => {
    const query = { subscription: subscription.id, metric: "calls", limit: 1 };
    const first = await search(query);
    const second = await search({ ...query, cursor: first.body.next_cursor });
    const found = [first, second].map(({ body }) => [body.data[0].reference_id, body.has_more]);
    expect(found).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("200 by time and period", async () => {
    const period_start = "2026-01-01T00:00:00Z";
    const counts = [
      await search({ customer: ada.id, period_start }),
      await search({ customer: ada.id, occurred_from: "2026-01-01T00:00:00.001Z" }),
      await search({ customer: ada.id, occurred_before: "2026-01-01T00:00:00.001Z" }),
    ].map(({ body }) => body.data.length);
    expect(counts).toEqual([2, 0, 2]);
  });

  test("400 without a customer, for a value of no property, for nonsense", async () => {
    const answers = [
      await search({}),
      await search({ customer: ada.id, property_value: "eu" }),
      await search({ customer: ada.id, occurred_from: "1960-01-01T00:00:00Z" }),
      await search({ customer: ada.id, cursor: "nonsense" }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, "parameter_invalid"],
      [400, "parameter_invalid"],
      [400, "time_invalid"],
      [400, "cursor_invalid"],
    ]);
  });

  test("403 with a token that may not read", async () => {
    const writer = await shop.issueToken(["usage:write"]);
    expect((await search({ customer: ada.id }, writer)).status).toBe(403);
  });

  test("404 for customers and subscriptions of others, and for those of another customer", async () => {
    const bob = await storyOf(shop).welcome();
    const answers = [
      await search({ customer: ada.id }, shop.tokens.other),
      await search({ subscription: subscription.id }, shop.tokens.live),
      await search({ subscription: subscription.id, customer: bob.id }),
      await search({ customer: "nobody" }),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual([
      "customer_not_found",
      "subscription_not_found",
      "subscription_not_found",
      "customer_not_found",
    ]);
  });
});
