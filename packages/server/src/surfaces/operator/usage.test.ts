import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPlanCache } from "#modules/catalog/index.ts";
import {
  createUsageRecorder,
  ensureUsagePartitions,
  type UsageRecorder,
} from "#modules/metering/index.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { type MeteringFixtures, openMeteringFixtures } from "#test/support/metering-fixtures.ts";
import { usageRoutes } from "./usage.ts";

const clock = manualClock(Date.parse("2026-11-21T12:00:00.000Z"));

let server: TestServer;
let recorder: UsageRecorder;
let fixtures: MeteringFixtures;
let token: string;
let subscription: string;

beforeAll(async () => {
  server = await startTestServer(clock, ({ db, ownerUrl }) => {
    recorder = createUsageRecorder({ db, url: ownerUrl, clock, factsAgeMaxMs: 0 });
    return [
      {
        name: "operator",
        owns: "/v1",
        errors: problemErrors,
        routes: [usageRoutes({ plans: createPlanCache() }, recorder)],
      },
    ];
  });
  await ensureUsagePartitions(server.ownerUrl, clock);
  fixtures = openMeteringFixtures(server.ownerUrl);
  token = await server.issueToken(["usage:write", "billing:read"]);
  await fixtures.plan(server.projects.live.projectId, ["packages", "returns"]);
  subscription = await newSubscription();
});

afterAll(async () => {
  await recorder.close();
  await fixtures.close();
  await server.close();
});

async function newSubscription(): Promise<string> {
  const [id = ""] = await fixtures.subscriptions(server.projects.live.projectId, [{}]);
  return id;
}

async function post(body: unknown, bearer = token) {
  const response = await server.app.inject({
    method: "POST",
    url: "/v1/usage",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    payload: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

function event(changes: Record<string, unknown> = {}) {
  return { subscription, metric: "packages", quantity: "1", reference_id: "r1", ...changes };
}

const plain = { metric: "packages", meter: "packages", aggregation: "sum" };

function usage(id: string, bearer = token) {
  return server.app.inject({
    url: `/v1/subscriptions/${id}/usage`,
    headers: { authorization: `Bearer ${bearer}` },
  });
}

describe("POST /v1/usage with one event", () => {
  test("200 once it is recorded, and again for the same event", async () => {
    const sent = event({ reference_id: "one", occurred_at: "2026-11-21T06:59:59.5-05:00" });
    expect(await post(sent)).toMatchObject({
      status: 200,
      body: { reference_id: "one", status: "recorded" },
    });
    expect(await post({ ...sent, occurred_at: "2026-11-21T11:59:59.500Z" })).toMatchObject({
      status: 200,
      body: { reference_id: "one", status: "duplicate" },
    });
  });

  test.each([
    { body: "{", code: "body_malformed", because: "it is no JSON" },
    { body: null, code: "body_invalid", because: "it is no event" },
    { body: 7, code: "body_invalid", because: "it is no event either" },
  ])("400 $code for $body, because $because", async ({ body, code }) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code } });
  });

  test.each([
    { changes: { quantity: 3 }, code: "body_invalid", because: "quantities are sent as text" },
    { changes: { metric: ["packages"] }, code: "body_invalid", because: "a metric is text" },
    { changes: { reference_id: "" }, code: "body_invalid", because: "a reference has a name" },
    {
      changes: { reference_id: "r".repeat(201) },
      code: "body_invalid",
      because: "it is too long",
    },
    { changes: { reference_id: "a\0b" }, code: "body_invalid", because: "NUL is no text" },
    {
      changes: { reference_id: "a\ud800" },
      code: "body_invalid",
      because: "half a character is none",
    },
    { changes: { color: "red" }, code: "body_invalid", because: "nobody knows that field" },
    { changes: { customer: "acme" }, code: "body_invalid", because: "one of the two is named" },
    { changes: { subscription: undefined }, code: "body_invalid", because: "none is named" },
    {
      changes: { properties: { a: {} } },
      code: "body_invalid",
      because: "properties are flat",
    },
    {
      changes: { properties: { "a\u0001": 1 } },
      code: "body_invalid",
      because: "a name is readable",
    },
    { changes: { occurred_at: 5 }, code: "body_invalid", because: "a time is text" },
    { changes: { occurred_at: "yesterday" }, code: "time_invalid", because: "that is no time" },
    {
      changes: { occurred_at: "2026-02-30T00:00:00.000Z" },
      code: "time_invalid",
      because: "February has no 30th",
    },
    {
      changes: { occurred_at: "9999-12-31T00:00:00.000Z" },
      code: "time_invalid",
      because: "it is too far away",
    },
    {
      changes: { occurred_at: "2027-01-01T00:00:00Z" },
      code: "usage_too_early",
      because: "it lies in the future",
    },
    {
      changes: { occurred_at: "2026-09-01T00:00:00Z" },
      code: "usage_too_late",
      because: "it is long past",
    },
    {
      changes: { quantity: "1e400" },
      code: "quantity_invalid",
      because: "it is no plain decimal",
    },
    {
      changes: { quantity: "1".repeat(40) },
      code: "quantity_invalid",
      because: "it has 40 digits",
    },
    { changes: { quantity: "0" }, code: "quantity_invalid", because: "nothing was used" },
    {
      changes: { metric: "nothing" },
      code: "usage_metric_unknown",
      details: { metrics: ["packages", "returns"] },
      because: "no price is for it",
    },
  ])("400 $code, because $because", async ({ changes, code, details }) => {
    const answer = await post(event(changes));
    expect(answer).toMatchObject({ status: 400, body: { code, ...(details && { details }) } });
    expect(answer.headers["content-type"]).toContain("application/problem+json");
  });

  test("401 without a token that is known", async () => {
    expect(await post(event(), "nonsense")).toMatchObject({ status: 401 });
  });

  test("403 with a token that may not record usage", async () => {
    const reader = await server.issueToken(["billing:read"]);
    expect(await post(event(), reader)).toMatchObject({
      status: 403,
      body: { code: "scope_missing" },
    });
  });

  test.each([
    { target: { subscription: "sub_unknown" }, code: "subscription_not_found" },
    { target: { subscription: undefined, customer: "nobody" }, code: "customer_not_found" },
  ])("404 $code", async ({ target, code }) => {
    expect(await post(event(target))).toMatchObject({ status: 404, body: { code } });
  });

  test("404 with a token of the other side, and nothing is stored", async () => {
    const id = await newSubscription();
    const sandbox = await server.issueToken(["usage:write"], { side: "sandbox" });
    expect(await post(event({ subscription: id }), sandbox)).toMatchObject({
      status: 404,
      body: { code: "subscription_not_found" },
    });
    expect((await usage(id)).json().metrics).toEqual([]);
  });

  test("409 for the same reference with another content", async () => {
    await post(event({ reference_id: "fixed" }));
    expect(await post(event({ reference_id: "fixed", quantity: "2" }))).toMatchObject({
      status: 409,
      body: { code: "usage_reference_reused", details: { reference_id: "fixed" } },
    });
  });

  test("429 with Retry-After when too much is waiting", async () => {
    const busy = createUsageRecorder({ db: server.db, url: server.ownerUrl, clock });
    await busy.close();
    const closing = await startTestServer(clock, () => [
      {
        name: "operator",
        owns: "/v1",
        errors: problemErrors,
        routes: [usageRoutes({ plans: createPlanCache() }, busy)],
      },
    ]);
    try {
      const bearer = await closing.issueToken(["usage:write"]);
      const response = await closing.app.inject({
        method: "POST",
        url: "/v1/usage",
        headers: { authorization: `Bearer ${bearer}` },
        payload: event(),
      });
      expect(response.statusCode).toBe(429);
      expect(response.headers["retry-after"]).toBe("1");
      expect(response.json()).toMatchObject({ code: "server_busy" });
    } finally {
      await closing.close();
    }
  });
});

describe("POST /v1/usage with an array", () => {
  test("200 with an answer per event, in their order: only the bad ones are refused", async () => {
    const id = await newSubscription();
    const of = (changes: Record<string, unknown>) => event({ subscription: id, ...changes });
    const answer = await post([
      of({ reference_id: "a" }),
      of({ reference_id: "b", quantity: 3 }),
      of({ reference_id: "a" }),
      of({ reference_id: "a", quantity: "5" }),
      "no event",
      of({ reference_id: "c", metric: "nothing" }),
      of({ reference_id: "d", occurred_at: "9999-01-01T00:00:00Z" }),
      of({ reference_id: "e", metric: "returns", quantity: "-2.5" }),
    ]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        recorded: 2,
        duplicates: 1,
        refused: 5,
        results: [
          { reference_id: "a", status: "recorded" },
          { reference_id: "b", status: "refused", code: "body_invalid", path: "/1/quantity" },
          { reference_id: "a", status: "duplicate" },
          { reference_id: "a", status: "refused", code: "usage_reference_reused" },
          { status: "refused", code: "body_invalid", path: "/4" },
          { reference_id: "c", status: "refused", code: "usage_metric_unknown" },
          { reference_id: "d", status: "refused", code: "time_invalid", path: "/6/occurred_at" },
          { reference_id: "e", status: "recorded" },
        ],
      },
    });
    expect((await usage(id)).json().metrics).toEqual([
      { ...plain, quantity: "1", event_count: 1 },
      { ...plain, metric: "returns", meter: "returns", quantity: "-2.5", event_count: 1 },
    ]);
  });

  test("200 for 10,000 events", async () => {
    const id = await newSubscription();
    const events = Array.from({ length: 10_000 }, (_, index) =>
      event({ subscription: id, reference_id: `r${index}` }),
    );
    expect(await post(events)).toMatchObject({ status: 200, body: { recorded: 10_000 } });
    expect((await usage(id)).json().metrics).toMatchObject([{ quantity: "10000" }]);
  });

  test.each([0, 10_001])("400 for %i events", async (count) => {
    const events = Array.from({ length: count }, () => event());
    expect(await post(events)).toMatchObject({ status: 400, body: { code: "body_invalid" } });
  });
});

describe("GET /v1/subscriptions/:id/usage", () => {
  test("200 with the running period and what it counts", async () => {
    const id = await newSubscription();
    await post(event({ subscription: id, quantity: "150" }));
    expect((await usage(id)).json()).toEqual({
      subscription: id,
      period_start: "2026-11-01T00:00:00.000Z",
      period_end: "2026-12-01T00:00:00.000Z",
      metrics: [{ ...plain, quantity: "150", event_count: 1 }],
    });
  });

  test("403 with a token that may not read", async () => {
    const writer = await server.issueToken(["usage:write"]);
    expect((await usage(subscription, writer)).statusCode).toBe(403);
  });

  test("404 for a subscription of the other side", async () => {
    const sandbox = await server.issueToken(["billing:read"], { side: "sandbox" });
    expect((await usage(subscription, sandbox)).statusCode).toBe(404);
  });
});

test("every refusal above is one that its route declares", () => {
  expect(server.undeclared).toEqual([]);
});
