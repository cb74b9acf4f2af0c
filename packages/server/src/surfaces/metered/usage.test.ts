import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import {
  type Customer,
  type Membership,
  perUnit,
  type Story,
  storyOf,
} from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
let ada: Customer;
let subscription: Membership;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([perUnit("packages", "50.00"), perUnit("calls", "0.01")]);
});
beforeEach(async () => {
  ada = await story.welcome({ clock: "2026-01-10" });
  subscription = await ada.subscribes(plan);
});
afterAll(() => shop.stop());

const usagePath = () => `/api/v1/billing_subscriptions/${subscription.id}/usage`;
const record = (body: unknown, token?: string) =>
  shop.call("POST", usagePath(), { body, ...(token === undefined ? {} : { token }) });
const counted = async () => {
  const { body } = await shop.call("GET", `/api/v1/billing_subscriptions/${subscription.id}`);
  return body.data.current_usage.map(({ metric, count }: { metric: string; count: number }) => [
    metric,
    count,
  ]);
};

describe("one event", () => {
  test("200 without a reference: one is made, and each call counts", async () => {
    const first = await record({ metric: "packages", metric_count: 1 });
    const second = await record({ metric: "packages", metric_count: 1 });

    expect(first.body.data.reference_id).not.toBe(second.body.data.reference_id);
    expect(await counted()).toEqual([["packages", 2]]);
  });

  test("200 fractions and corrections are exact", async () => {
    await record({ metric: "calls", metric_count: 0.1 });
    await record({ metric: "calls", metric_count: 0.2 });
    await record({ metric: "calls", metric_count: -0.05 });

    expect(await counted()).toEqual([["calls", 0.25]]);
  });

  test("200 the same again without a time is the same event, though time has passed", async () => {
    const event = { metric: "packages", metric_count: 1, reference_id: "shipment-1" };
    await record(event);
    await ada.livesUntil("2026-01-20");

    const { status, body } = await record(event);

    expect([status, body.data.status]).toEqual([200, "duplicate"]);
    expect(await counted()).toEqual([["packages", 1]]);
  });

  test("200 without a reference, a request that is repeated under its Idempotency-Key counts once", async () => {
    const headers = { "idempotency-key": "shipment-1" };
    const body = [
      { metric: "packages", metric_count: 1 },
      { metric: "packages", metric_count: 1 },
    ];
    await shop.call("POST", usagePath(), { body, headers });

    const again = await shop.call("POST", usagePath(), { body, headers });

    const became = again.body.data.map(({ status }: { status: string }) => status);
    expect(became).toEqual(["duplicate", "duplicate"]);
    expect(await counted()).toEqual([["packages", 2]]);
  });

  test("409 the same reference for another metric, count or time", async () => {
    const event = { metric: "packages", metric_count: 1, reference_id: "shipment-1" };
    await ada.livesUntil("2026-01-11");
    await record({ ...event, occurred_at: "2026-01-10T00:00:00Z" });
    const answers = [
      await record({ ...event, metric_count: 2 }),
      await record({ ...event, metric: "calls" }),
      await record({ ...event, occurred_at: "2026-01-10T00:00:01Z" }),
    ];

    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [409, "usage_reference_reused"]),
    );
    expect(await counted()).toEqual([["packages", 1]]);
  });

  test("403 for a token that may not write usage", async () => {
    const token = await shop.issueToken(["billing:write", "billing:read"]);

    const { status, body } = await record({ metric: "packages", metric_count: 1 }, token);

    expect([status, body.error.code]).toEqual([403, "scope_missing"]);
  });
});

describe("a batch", () => {
  test("200 an answer per event, in order; only the bad ones are refused", async () => {
    const { status, body } = await record([
      { metric: "packages", metric_count: 2, reference_id: "a" },
      { metric: "unknown", metric_count: 1, reference_id: "b" },
      { metric: "packages", metric_count: "3", reference_id: "c" },
      null,
      { metric: "packages", metric_count: 2, reference_id: "a" },
      { metric: "packages", metric_count: 3, reference_id: "a" },
      { metric: "packages", metric_count: 1, reference_id: "d", surprise: true },
      {
        metric: "packages",
        metric_count: 1,
        reference_id: "e",
        occurred_at: "9999-01-01T00:00:00Z",
      },
      { metric: "packages", metric_count: 0, reference_id: "f" },
      { metric: "calls", metric_count: 5, reference_id: "g" },
    ]);

    expect(status).toBe(200);
    const results = body.data.map(
      ({ reference_id, status: became, error }: { [name: string]: { code: string } }) => [
        reference_id,
        became,
        error?.code,
      ],
    );
    expect(results).toEqual([
      ["a", "recorded", undefined],
      ["b", "refused", "usage_metric_unknown"],
      ["c", "refused", "body_invalid"],
      [undefined, "refused", "body_invalid"],
      ["a", "duplicate", undefined],
      ["a", "refused", "usage_reference_reused"],
      ["d", "refused", "body_invalid"],
      ["e", "refused", "time_invalid"],
      ["f", "refused", "quantity_invalid"],
      ["g", "recorded", undefined],
    ]);
    expect(await counted()).toEqual([
      ["packages", 2],
      ["calls", 5],
    ]);
  });

  test.each([{ size: 0 }, { size: 10_001 }])("400 for $size events", async ({ size }) => {
    const events = Array.from({ length: size }, () => ({ metric: "packages", metric_count: 1 }));

    const { status, body } = await record(events);

    expect([status, body.error.code]).toEqual([400, "body_invalid"]);
    expect(await counted()).toEqual([]);
  });

  test("200 for as many as there may be", async () => {
    const events = Array.from({ length: 10_000 }, () => ({ metric: "calls", metric_count: 1 }));

    const { body } = await record(events);

    expect(body.data).toHaveLength(10_000);
    expect(await counted()).toEqual([["calls", 10_000]]);
  });
});

describe("GET /api/v1/billing_subscriptions/:uid/usage", () => {
  test("200 the events, page by page", async () => {
    for (const reference_id of ["a", "b", "c"]) {
      await record({ metric: "packages", metric_count: 1.5, reference_id });
    }

    const first = await shop.call("GET", `${usagePath()}?limit=2`);
    const cursor = encodeURIComponent(first.body.next_cursor);
    const second = await shop.call("GET", `${usagePath()}?limit=2&cursor=${cursor}`);

    const events = [...first.body.data, ...second.body.data];
    const references = new Set(events.map(({ reference_id }) => reference_id));
    expect(references).toEqual(new Set(["a", "b", "c"]));
    expect(events[0]).toEqual({
      metric: "packages",
      metric_count: 1.5,
      reference_id: expect.any(String),
      occurred_at: "2026-01-10T00:00:00.000Z",
    });
    expect(second.body.has_more).toBe(false);
  });
});
