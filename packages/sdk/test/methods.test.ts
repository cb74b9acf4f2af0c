import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Farthing } from "../src/index.ts";
import { clientUnderTest, TEST_TOKEN } from "./client-under-test.ts";
import { startWireServer, type WireServer } from "./wire-server.ts";

let server: WireServer;
let farthing: Farthing;

beforeEach(async () => {
  server = await startWireServer();
  farthing = clientUnderTest(server.url).farthing;
});
afterEach(() => server.close());

// The plan, the link and the figures are those printed in the metered document.
const businessPlan = {
  title: "Business Plan",
  description: "Perfect for growing businesses",
  price: 2999.0,
  interval: "month",
  currency_code: "JMD",
  data: {
    usage_metrics: [
      { metric: "packages", rate: 50.0 },
      { metric: "returns", rate: 100.0 },
      { metric: "api_calls", rate: 0.1 },
    ],
  },
} as const;

const businessLink = {
  title: "Business Subscription",
  plan_uid: "plan_abc123",
  customer: { first_name: "Ada", last_name: "Brown", email: "ada@shipfast.com" },
  meta_data: { return_url: "https://your-app.com/billing/success", internal_customer_id: "c_1" },
  reference_id: "sub_c_1_1700000000000",
};

interface Row {
  readonly call: string;
  readonly run: (client: Farthing) => PromiseLike<unknown>;
  readonly wire: string;
  readonly body?: unknown;
  readonly isKeyed: boolean;
}

const calls: readonly Row[] = [
  {
    call: "billingPlans.create",
    run: (client) => client.billingPlans.create(businessPlan),
    wire: "POST /api/v1/billing_plans",
    body: businessPlan,
    isKeyed: true,
  },
  {
    call: "billingPlans.get",
    run: (client) => client.billingPlans.get("plan_abc123"),
    wire: "GET /api/v1/billing_plans/plan_abc123",
    isKeyed: false,
  },
  {
    call: "billingPlans.update",
    run: (client) => client.billingPlans.update("plan_abc123", { price: 3499 }),
    wire: "PUT /api/v1/billing_plans/plan_abc123",
    body: { price: 3499 },
    isKeyed: false,
  },
  {
    call: "subscriptions.createLink",
    run: (client) => client.subscriptions.createLink(businessLink),
    wire: "POST /api/v1/billing_subscriptions/link",
    body: businessLink,
    isKeyed: true,
  },
  {
    call: "subscriptions.get",
    run: (client) => client.subscriptions.get("sub_1"),
    wire: "GET /api/v1/billing_subscriptions/sub_1",
    isKeyed: false,
  },
  {
    call: "subscriptions.usage",
    run: (client) =>
      client.subscriptions.usage("sub_1", {
        metric: "packages",
        metric_count: 1,
        reference_id: "shipment-7",
        occurred_at: new Date("2026-02-28T23:59:59Z"),
      }),
    wire: "POST /api/v1/billing_subscriptions/sub_1/usage",
    body: {
      metric: "packages",
      metric_count: 1,
      reference_id: "shipment-7",
      occurred_at: "2026-02-28T23:59:59.000Z",
    },
    isKeyed: false,
  },
  {
    call: "subscriptions.cancel",
    run: (client) => client.subscriptions.cancel("sub_1"),
    wire: "POST /api/v1/billing_subscriptions/sub_1/cancel",
    body: { at_period_end: true },
    isKeyed: true,
  },
  {
    call: "subscriptions.cancel at once",
    run: (client) => client.subscriptions.cancel("sub_1", { at_period_end: false }),
    wire: "POST /api/v1/billing_subscriptions/sub_1/cancel",
    body: { at_period_end: false },
    isKeyed: true,
  },
];

describe("a call", () => {
  test.each(calls)("$call is $wire and gives data", async ({ run, wire, body, isKeyed }) => {
    server.script({ json: { state: "ok", data: { uid: "the-answer" } } });

    expect(await run(farthing)).toEqual({ uid: "the-answer" });

    const [request] = server.received;
    expect(`${request?.method} ${request?.url}`).toBe(wire);
    expect(request?.json).toEqual(body);
    expect(request?.headers["authorization"]).toBe(`Bearer ${TEST_TOKEN}`);
    expect(request?.headers["content-type"]).toBe(body ? "application/json" : undefined);
    const key = request?.headers["idempotency-key"] ?? "none";
    expect(key).toMatch(isKeyed ? /^sdk_[0-9a-f]{32}$/ : /^none$/);
  });

  test("takes the caller's own idempotency key", async () => {
    server.script({ json: { state: "ok", data: {} } });
    await farthing.billingPlans.create(businessPlan, { idempotencyKey: "plan-of-today" });
    expect(server.received[0]?.headers["idempotency-key"]).toBe("plan-of-today");
  });

  test("escapes a uid, and refuses one that would address something else", async () => {
    server.script({ json: { state: "ok", data: {} } });
    await farthing.billingPlans.get("a/b?c");
    expect(server.received[0]?.url).toBe("/api/v1/billing_plans/a%2Fb%3Fc");

    for (const uid of ["", ".", "..", undefined as unknown as string]) {
      await expect(farthing.billingPlans.get(uid)).rejects.toThrow(TypeError);
      await expect(farthing.subscriptions.listUsage(uid)).rejects.toThrow(TypeError);
    }
    expect(server.received).toHaveLength(1);
  });

  test("goes below a base URL that has a path of its own", async () => {
    const { farthing: nested } = clientUnderTest(`${server.url}/billing/`);
    server.script({ json: { state: "ok", data: {} } });
    await nested.billingPlans.get("plan_1");
    expect(server.received[0]?.url).toBe("/billing/api/v1/billing_plans/plan_1");
  });
});

describe("usage", () => {
  test("gets a reference and the time of the call when it has none", async () => {
    server.script({ json: { state: "ok", data: {} } }, { json: { state: "ok", data: {} } });
    const event = { metric: "packages", metric_count: 1 };
    await farthing.subscriptions.usage("sub_1", event);
    await farthing.subscriptions.usage("sub_1", event);

    const [first, second] = server.received.map(({ json }) => json as Record<string, string>);
    expect(first).toEqual({
      ...event,
      reference_id: expect.stringMatching(/^sdk_[0-9a-f]{32}$/),
      occurred_at: "2026-03-01T12:00:00.000Z",
    });
    expect(second?.["reference_id"]).not.toBe(first?.["reference_id"]);
    expect(event).toEqual({ metric: "packages", metric_count: 1 });
  });

  test("as a batch is an array, answered for each event in order", async () => {
    const results = [
      { reference_id: "a", status: "recorded" },
      { reference_id: "b", status: "duplicate" },
      {
        reference_id: "c",
        status: "refused",
        error: { code: "usage_metric_unknown", message: "The plan has no such metric." },
      },
    ];
    server.script({ json: { state: "ok", data: results } });
    const events = ["a", "b", "c"].map((reference_id) => ({
      metric: "packages",
      metric_count: 2,
      reference_id,
      occurred_at: "2026-02-01T00:00:00Z",
    }));

    expect(await farthing.subscriptions.usageBatch("sub_1", events)).toEqual(results);
    expect(server.received[0]?.json).toEqual(events);
    expect(server.received[0]?.headers["idempotency-key"]).toBeUndefined();
  });

  test("as a batch gives every event a reference of its own", async () => {
    server.script({ json: { state: "ok", data: [] } });
    const event = { metric: "packages", metric_count: 1 };
    await farthing.subscriptions.usageBatch("sub_1", [event, event]);
    const sent = server.received[0]?.json as { reference_id: string }[];
    expect(new Set(sent.map(({ reference_id }) => reference_id)).size).toBe(2);
  });

  test("as an empty batch asks nothing", async () => {
    expect(await farthing.subscriptions.usageBatch("sub_1", [])).toEqual([]);
    expect(server.received).toHaveLength(0);
  });
});

describe("a list", () => {
  const lists = [
    { path: "/api/v1/billing_plans", run: () => farthing.billingPlans.list({ limit: 2 }) },
    { path: "/api/v1/billing_subscriptions", run: () => farthing.subscriptions.list({ limit: 2 }) },
    {
      path: "/api/v1/billing_subscriptions/sub_1/usage",
      run: () => farthing.subscriptions.listUsage("sub_1", { limit: 2 }),
    },
    {
      path: "/api/v1/billing_subscriptions/sub_1/periods",
      run: () => farthing.subscriptions.periods("sub_1", { limit: 2 }),
    },
  ];

  test.each(lists)("$path is one page when awaited", async ({ path, run }) => {
    const page = { data: [{ uid: "a" }, { uid: "b" }], next_cursor: "c2", has_more: true };
    server.script({ json: { state: "ok", ...page } });
    expect(await run()).toEqual(page);
    expect(server.received.map(({ url }) => url)).toEqual([`${path}?limit=2`]);
  });

  test.each(lists)("$path is every item when looped over", async ({ path, run }) => {
    server.script(
      { json: { state: "ok", data: ["a", "b"], next_cursor: "c/2", has_more: true } },
      { json: { state: "ok", data: ["c"], next_cursor: null, has_more: false } },
    );
    const items: unknown[] = [];
    for await (const item of run()) items.push(item);
    expect(items).toEqual(["a", "b", "c"]);
    expect(server.received.map(({ url }) => url)).toEqual([
      `${path}?limit=2`,
      `${path}?limit=2&cursor=c%2F2`,
    ]);
  });

  test("fetches no page that the loop does not reach", async () => {
    server.script({ json: { state: "ok", data: ["a"], next_cursor: "c2", has_more: true } });
    const plans = farthing.billingPlans.list()[Symbol.asyncIterator]();
    expect(await plans.next()).toEqual({ done: false, value: "a" });
    expect(server.received.map(({ url }) => url)).toEqual(["/api/v1/billing_plans"]);
  });

  test("throws inside the loop when a page is refused", async () => {
    server.script({
      status: 401,
      json: { state: "error", error: { code: "access_token_invalid" } },
    });
    const plans = farthing.billingPlans.list()[Symbol.asyncIterator]();
    await expect(plans.next()).rejects.toMatchObject({ status: 401, code: "access_token_invalid" });
  });
});

describe("request", () => {
  test("reaches any path and gives the JSON as it came", async () => {
    server.script({ json: { id: "inv_1", state: "paid" } });
    const query = { limit: 5, after: "a b", empty: undefined, isOpen: true };
    expect(await farthing.request("GET", "/v1/invoices", { query })).toEqual({
      id: "inv_1",
      state: "paid",
    });
    const [request] = server.received;
    expect(request?.url).toBe("/v1/invoices?limit=5&after=a+b&isOpen=true");
    expect(request?.headers["idempotency-key"]).toBeUndefined();
  });

  test("gives a POST an idempotency key, or the caller's", async () => {
    server.script({ json: {} }, { json: {} });
    await farthing.request("POST", "/v1/plans", { body: { name: "Business" } });
    await farthing.request("POST", "/v1/plans", { body: {}, idempotencyKey: "mine" });
    expect(server.received.map(({ headers }) => headers["idempotency-key"])).toEqual([
      expect.stringMatching(/^sdk_/),
      "mine",
    ]);
    expect(server.received[0]?.json).toEqual({ name: "Business" });
  });

  test("gives undefined for an empty answer", async () => {
    server.script({ status: 204 });
    expect(await farthing.request("DELETE", "/v1/webhook_endpoints/whe_1")).toBeUndefined();
  });

  test("keeps to the configured server", async () => {
    await expect(farthing.request("GET", "https://elsewhere.example/v1")).rejects.toThrow(
      TypeError,
    );
    await expect(farthing.request("GET", "@elsewhere.example/v1")).rejects.toThrow(TypeError);
    expect(server.received).toHaveLength(0);
  });
});
