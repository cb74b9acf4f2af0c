import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatId } from "#kernel/ids.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { planRoutes } from "./plans.ts";

const clock = manualClock(Date.UTC(2026, 0, 31));
const UNKNOWN = formatId("plan", 404n);
const shipping = {
  name: "Business Plan",
  currency: "JMD",
  interval: { unit: "month" },
  prices: [
    { kind: "flat", name: "Base fee", billed: "arrears", amount: "2999" },
    {
      kind: "usage",
      name: "Packages",
      metric: "packages",
      model: { type: "per_unit", unit_price: "50.00" },
    },
    {
      kind: "usage",
      name: "Miles",
      metric: "miles",
      billed: "arrears",
      model: {
        type: "graduated",
        included_quantity: "10.5",
        tiers: [
          { up_to: "1000", unit_price: "0.0005", flat_price: "3" },
          { up_to: null, unit_price: "0.00025" },
        ],
      },
    },
  ],
};

let server: TestServer;
let writer: string;
let reader: string;
let liveReader: string;

beforeAll(async () => {
  server = await startTestServer(clock, (parts) => [
    { name: "operator", owns: "/v1", errors: problemErrors, routes: [planRoutes(parts)] },
  ]);
  writer = await server.issueToken(["billing:write"], { side: "sandbox" });
  reader = await server.issueToken(["billing:read"], { side: "sandbox" });
  liveReader = await server.issueToken(["billing:read", "billing:write"]);
});
afterAll(() => server.close());

async function call(
  method: "GET" | "POST",
  url: string,
  { token, body, key }: { token?: string; body?: object; key?: string } = {},
) {
  const answer = await server.app.inject({
    method,
    url,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: answer.statusCode, json: answer.json() };
}

const post = (url: string, body?: object) =>
  call("POST", url, { token: writer, ...(body === undefined ? {} : { body }) });
const get = (url: string, token = reader) => call("GET", url, { token });
const publish = async (changes: object = {}) =>
  (await post("/v1/plans", { ...shipping, ...changes })).json as { id: string; version: number };

describe("POST /v1/plans", () => {
  test("201: the plan in its first version, every figure exact", async () => {
    const { status, json } = await post("/v1/plans", { ...shipping, metadata: { crm_id: "A" } });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      id: expect.stringMatching(/^plan_[0-9a-z]{13}$/),
      version: 1,
      status: "active",
      name: "Business Plan",
      description: null,
      currency: "JMD",
      interval: { unit: "month", count: 1 },
      metadata: { crm_id: "A" },
      created_at: "2026-01-31T00:00:00.000Z",
      published_at: "2026-01-31T00:00:00.000Z",
    });
    expect(json.prices).toMatchObject([
      { kind: "flat", billed: "arrears", amount: "2999.00" },
      {
        kind: "usage",
        billed: "arrears",
        metric: "packages",
        model: { type: "per_unit", included_quantity: "0", unit_price: "50" },
      },
      {
        kind: "usage",
        metric: "miles",
        model: {
          type: "graduated",
          included_quantity: "10.5",
          tiers: [
            { up_to: "1000", unit_price: "0.0005", flat_price: "3" },
            { up_to: null, unit_price: "0.00025", flat_price: "0" },
          ],
        },
      },
    ]);
    expect((await get(`/v1/plans/${json.id}`)).json).toEqual(json);
  });

  test("201: the same Idempotency-Key publishes it once", async () => {
    const once = { token: writer, body: shipping, key: "publish-once" };
    const first = await call("POST", "/v1/plans", once);
    expect(await call("POST", "/v1/plans", once)).toEqual(first);
  });

  test.each([
    { changes: { name: "" }, because: "it has no name" },
    { changes: { colour: "red" }, because: "there is no such field" },
    { changes: { prices: [] }, because: "it bills nothing" },
    { changes: { interval: { unit: "fortnight" } }, because: "there is no such unit" },
    { changes: { interval: { unit: "month", count: "1" } }, because: "numbers are not texts" },
    { changes: { currency: "dollars" }, because: "that is no code" },
    {
      changes: { prices: [{ ...shipping.prices[0], amount: 2999 }] },
      because: "floats are inexact",
    },
    {
      changes: { prices: [{ ...shipping.prices[0], amount: "1e400" }] },
      because: "it is no decimal",
    },
    {
      changes: { prices: [{ ...shipping.prices[1], billed: "advance" }] },
      because: "usage is billed in arrears",
    },
    {
      changes: {
        prices: [
          { ...shipping.prices[1], model: { type: "per_unit", unit_price: "0.0000000001" } },
        ],
      },
      because: "nine decimals are kept",
    },
    {
      changes: { prices: [{ ...shipping.prices[1], model: { type: "package", unit_price: "1" } }] },
      because: "a package has a size and a price",
    },
    {
      changes: {
        prices: [{ ...shipping.prices[1], model: { type: "percentage", rate: "1", tiers: [] } }],
      },
      because: "a percentage has no tiers",
    },
    { changes: { minimum_spend: 100 }, because: "limits are decimals in text" },
    {
      changes: { prices: [{ ...shipping.prices[0], minimum_spend: "1" }] },
      because: "a flat price is its own minimum",
    },
  ])("400 body_invalid: $because", async ({ changes }) => {
    const { status, json } = await post("/v1/plans", { ...shipping, ...changes });
    expect({ status, code: json.code }).toEqual({ status: 400, code: "body_invalid" });
  });

  test("400 plan_invalid: the faults and where they are", async () => {
    const flat = { ...shipping.prices[0], amount: "2999.005" };
    const { status, json } = await post("/v1/plans", { ...shipping, prices: [flat] });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "plan_invalid",
      errors: [
        {
          path: "/prices/0/amount",
          message: "2999.005 is no whole number of the smallest unit of JMD",
        },
      ],
    });
  });

  test("400 currency_unknown", async () => {
    const { status, json } = await post("/v1/plans", { ...shipping, currency: "XYZ" });
    expect({ status, code: json.code }).toEqual({ status: 400, code: "currency_unknown" });
  });
});

describe("GET /v1/plans", () => {
  test("200: newest first, page by page, of one status", async () => {
    const plans = [await publish(), await publish(), await publish()];
    await post(`/v1/plans/${plans[1]?.id}/archive`);

    const first = (await get("/v1/plans?limit=1&status=active")).json;
    expect(first).toMatchObject({ data: [{ id: plans[2]?.id }], has_more: true });
    const second = (await get(`/v1/plans?limit=1&status=active&cursor=${first.next_cursor}`)).json;
    expect(second.data).toMatchObject([{ id: plans[0]?.id }]);
    const archived = (await get("/v1/plans?status=archived")).json;
    expect(archived).toMatchObject({ data: [{ id: plans[1]?.id }], has_more: false });
  });

  test("200: the live side has its own", async () => {
    await publish();
    expect((await get("/v1/plans", liveReader)).json).toEqual({
      data: [],
      next_cursor: null,
      has_more: false,
    });
  });

  test.each(["?limit=0", "?limit=101", "?cursor=1", "?status=sold", "?colour=red"])(
    "400: %s",
    async (query) => {
      expect((await get(`/v1/plans${query}`)).status).toBe(400);
    },
  );
});

describe("POST /v1/plans/:id/versions", () => {
  test("201: the next version; the first stays readable", async () => {
    const { id } = await publish();
    const next = await post(`/v1/plans/${id}/versions`, { ...shipping, name: "Business" });
    expect(next.status).toBe(201);
    expect(next.json).toMatchObject({ id, version: 2, name: "Business", status: "active" });
    expect((await get(`/v1/plans/${id}`)).json).toEqual(next.json);
    expect((await get(`/v1/plans/${id}/versions/1`)).json).toMatchObject({ name: "Business Plan" });
  });

  test("400 plan_invalid", async () => {
    const { id } = await publish();
    const prices = [shipping.prices[1], shipping.prices[1]];
    const { status, json } = await post(`/v1/plans/${id}/versions`, { ...shipping, prices });
    expect({ status, code: json.code }).toEqual({ status: 400, code: "plan_invalid" });
  });

  test("409 plan_archived", async () => {
    const { id } = await publish();
    await post(`/v1/plans/${id}/archive`);
    const { status, json } = await post(`/v1/plans/${id}/versions`, shipping);
    expect({ status, code: json.code }).toEqual({ status: 409, code: "plan_archived" });
  });
});

describe("GET /v1/plans/:id/versions/:version", () => {
  test("200: one version, without what belongs to the plan as a whole", async () => {
    const { id } = await publish();
    const { status, json } = await get(`/v1/plans/${id}/versions/1`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, version: 1, published_at: "2026-01-31T00:00:00.000Z" });
    expect(json).not.toHaveProperty("status");
  });

  test.each([
    { version: "2", status: 404, because: "it is not published yet" },
    { version: "0", status: 400, because: "versions count from 1" },
    { version: "2147483648", status: 400, because: "no plan has so many" },
    { version: "latest", status: 400, because: "versions have numbers" },
  ])("$status for version $version: $because", async ({ version, status }) => {
    const { id } = await publish();
    expect((await get(`/v1/plans/${id}/versions/${version}`)).status).toBe(status);
  });
});

describe("POST /v1/plans/:id/archive", () => {
  test("200: without a body, and again", async () => {
    const { id } = await publish();
    const archived = await post(`/v1/plans/${id}/archive`);
    expect(archived).toMatchObject({ status: 200, json: { id, status: "archived", version: 1 } });
    expect(await post(`/v1/plans/${id}/archive`, {})).toEqual(archived);
  });
});

const routes = [
  { method: "POST", url: "/v1/plans", body: shipping, scope: "billing:write" },
  { method: "GET", url: "/v1/plans", scope: "billing:read" },
  { method: "GET", url: `/v1/plans/${UNKNOWN}`, scope: "billing:read" },
  {
    method: "POST",
    url: `/v1/plans/${UNKNOWN}/versions`,
    body: shipping,
    scope: "billing:write",
  },
  { method: "GET", url: `/v1/plans/${UNKNOWN}/versions/1`, scope: "billing:read" },
  { method: "POST", url: `/v1/plans/${UNKNOWN}/archive`, scope: "billing:write" },
] as const;

describe.each(routes)("$method $url", ({ method, url, scope, ...route }) => {
  const body = "body" in route ? { body: route.body } : {};

  test("401 without a token", async () => {
    expect((await call(method, url, body)).status).toBe(401);
  });

  test("403 with a token that may do the other half only", async () => {
    const token = scope === "billing:read" ? writer : reader;
    const { status, json } = await call(method, url, { token, ...body });
    expect({ status, code: json.code }).toEqual({ status: 403, code: "scope_missing" });
  });
});

describe.each(routes.filter(({ url }) => url.includes(UNKNOWN)))(
  "$method $url",
  ({ method, url, scope, ...route }) => {
    const body = "body" in route ? { body: route.body } : {};
    const token = () => (scope === "billing:read" ? reader : writer);

    test.each([
      { id: UNKNOWN, because: "there is no such plan" },
      { id: "plan_!", because: "that is no id" },
      { id: formatId("customer", 404n), because: "that is a customer's" },
    ])("404 plan_not_found: $because", async ({ id }) => {
      const answer = await call(method, url.replace(UNKNOWN, id), { token: token(), ...body });
      expect(answer).toMatchObject({ status: 404, json: { code: "plan_not_found" } });
    });

    test("404 for a plan of the other side", async () => {
      const { id } = await publish();
      const foreign = url.replace(UNKNOWN, id);
      const answer = await call(method, foreign, { token: liveReader, ...body });
      expect(answer).toMatchObject({ status: 404, json: { code: "plan_not_found" } });
    });
  },
);

test("every refusal above is one that its route declares", () => {
  expect(server.undeclared).toEqual([]);
});
