import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatId } from "#kernel/ids.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { customerRoutes } from "./customers.ts";

const clock = manualClock(Date.UTC(2026, 0, 31));
const UNKNOWN = formatId("customer", 404n);
let server: TestServer;
let writer: string;
let reader: string;
let live: string;

beforeAll(async () => {
  server = await startTestServer(clock, (parts) => [
    { name: "operator", owns: "/v1", errors: problemErrors, routes: [customerRoutes(parts)] },
  ]);
  writer = await server.issueToken(["billing:write"], { side: "sandbox" });
  reader = await server.issueToken(["billing:read"], { side: "sandbox" });
  live = await server.issueToken(["billing:read", "billing:write"]);
});
afterAll(() => server.close());

async function call(
  method: "GET" | "POST" | "PATCH",
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

const post = (body: object, token = writer) => call("POST", "/v1/customers", { token, body });
const patch = (id: string, body: object, token = writer) =>
  call("PATCH", `/v1/customers/${id}`, { token, body });
const get = (url: string, token = reader) => call("GET", url, { token });
const create = async (body: object = {}) =>
  (await post({ name: "Ada Brown", ...body })).json as { id: string };

describe("POST /v1/customers", () => {
  test("201: with a name alone", async () => {
    const { status, json } = await post({ name: "Ada Brown" });
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.stringMatching(/^cus_[0-9a-z]{13}$/),
      external_id: null,
      name: "Ada Brown",
      email: null,
      time_zone: "UTC",
      currency: null,
      payment_terms: { collection: null, net_days: null },
      credit_balance: null,
      metadata: {},
      test_clock: null,
      created_at: "2026-01-31T00:00:00.000Z",
    });
    expect((await get(`/v1/customers/${json.id}`)).json).toEqual(json);
  });

  test("201: with everything, in its own time", async () => {
    const whole = {
      external_id: "merchant-1042",
      name: "Ada Brown",
      email: "ada@shipfast.example",
      time_zone: "America/Jamaica",
      currency: "JMD",
      metadata: { tier: "gold" },
      test_clock: { now: "2001-01-01T00:00:00.000Z" },
    };
    const { status, json } = await post(whole);
    expect(status).toBe(201);
    expect(json).toMatchObject({ ...whole, created_at: "2001-01-01T00:00:00.000Z" });
  });

  test("201: the same Idempotency-Key makes one", async () => {
    const once = { token: writer, body: { name: "Once" }, key: "make-once" };
    const first = await call("POST", "/v1/customers", once);
    expect(await call("POST", "/v1/customers", once)).toEqual(first);
  });

  test.each([
    { body: {}, code: "body_invalid", because: "it has no name" },
    { body: { name: 7 }, code: "body_invalid", because: "names are texts" },
    { body: { name: "A", colour: "red" }, code: "body_invalid", because: "there is no such field" },
    { body: { name: "A", currency: "jmd" }, code: "body_invalid", because: "codes are capitals" },
    { body: { name: "A", metadata: [] }, code: "body_invalid", because: "metadata has names" },
    { body: { name: "  " }, code: "customer_invalid", because: "spaces are no name" },
    { body: { name: "A", email: "ada" }, code: "customer_invalid", because: "it has no domain" },
    { body: { name: "A", currency: "XYZ" }, code: "currency_unknown", because: "ISO has none" },
    { body: { name: "A", time_zone: "Mars" }, code: "time_zone_unknown", because: "IANA has none" },
    {
      body: { name: "A", test_clock: { now: "9999-01-01T00:00:00Z" } },
      code: "time_invalid",
      because: "the year is out of range",
    },
    {
      body: { name: "A", test_clock: { now: "yesterday" } },
      code: "body_invalid",
      because: "it is no instant",
    },
  ])("400 $code: $because", async ({ body, code }) => {
    const answer = await post(body);
    expect({ status: answer.status, code: answer.json.code }).toEqual({ status: 400, code });
  });

  test("400 customer_invalid says where", async () => {
    const { json } = await post({ name: "A", email: "ada" });
    expect(json.errors).toEqual([{ path: "/email", message: "this is not an e-mail address" }]);
  });

  test("403 test_clock_on_live_side", async () => {
    const body = { name: "A", test_clock: { now: "2001-01-01T00:00:00Z" } };
    const { status, json } = await post(body, live);
    expect({ status, code: json.code }).toEqual({ status: 403, code: "test_clock_on_live_side" });
  });

  test("409 customer_exists names the one that has the external id", async () => {
    const { id } = await create({ external_id: "taken" });
    const { status, json } = await post({ name: "B", external_id: "taken" });
    expect(status).toBe(409);
    expect(json).toMatchObject({ code: "customer_exists", details: { customer: id } });
  });

  test("201: the other side has external ids of its own", async () => {
    await create({ external_id: "both-sides" });
    expect((await post({ name: "A", external_id: "both-sides" }, live)).status).toBe(201);
  });
});

describe("GET /v1/customers", () => {
  test("200: newest first, page by page", async () => {
    const [a, b] = [await create({ email: "list@x" }), await create({ email: "LIST@x" })];
    const first = (await get("/v1/customers?limit=1&email=list@x")).json;
    expect(first).toMatchObject({ data: [{ id: b.id }], has_more: true });
    const next = `/v1/customers?limit=1&email=list@x&cursor=${first.next_cursor}`;
    const second = (await get(next)).json;
    expect(second).toMatchObject({ data: [{ id: a.id }], has_more: false, next_cursor: null });
  });

  test("200: by external id", async () => {
    const { id } = await create({ external_id: "listed" });
    expect((await get("/v1/customers?external_id=listed")).json.data).toMatchObject([{ id }]);
    expect((await get("/v1/customers?external_id=nobody")).json.data).toEqual([]);
  });

  test("200: of the other side, none", async () => {
    await create({ external_id: "sandbox-only" });
    expect((await get("/v1/customers?external_id=sandbox-only", live)).json.data).toEqual([]);
  });

  test.each(["?limit=0", "?limit=1.5", "?cursor=1", "?name=Ada", "?email="])(
    "400: %s",
    async (query) => {
      expect((await get(`/v1/customers${query}`)).status).toBe(400);
    },
  );
});

describe("PATCH /v1/customers/:id", () => {
  test("200: what is left out stays as it is", async () => {
    const { id } = await create({ email: "old@x", external_id: "patched", metadata: { a: 1 } });
    const changed = await patch(id, { email: null, time_zone: "Asia/Tokyo" });
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({
      id,
      name: "Ada Brown",
      external_id: "patched",
      email: null,
      time_zone: "Asia/Tokyo",
      metadata: { a: 1 },
    });
    expect((await get(`/v1/customers/${id}`)).json).toEqual(changed.json);
  });

  test.each([
    { body: { external_id: "other" }, code: "body_invalid", because: "an external id stays" },
    { body: { currency: "JMD" }, code: "body_invalid", because: "subscriptions decide it" },
    { body: { test_clock: null }, code: "body_invalid", because: "clocks stay, and are advanced" },
    { body: { email: "ada" }, code: "customer_invalid", because: "it has no domain" },
    { body: { time_zone: "Mars" }, code: "time_zone_unknown", because: "IANA has none" },
  ])("400 $code: $because", async ({ body, code }) => {
    const { id } = await create();
    const answer = await patch(id, body);
    expect({ status: answer.status, code: answer.json.code }).toEqual({ status: 400, code });
  });
});

const routes = [
  { method: "POST", url: "/v1/customers", body: { name: "A" }, scope: "billing:write" },
  { method: "GET", url: "/v1/customers", scope: "billing:read" },
  { method: "GET", url: `/v1/customers/${UNKNOWN}`, scope: "billing:read" },
  { method: "PATCH", url: `/v1/customers/${UNKNOWN}`, body: { name: "A" }, scope: "billing:write" },
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
      { id: UNKNOWN, because: "there is no such customer" },
      { id: "cus_!", because: "that is no id" },
      { id: formatId("plan", 404n), because: "that is a plan's" },
    ])("404 customer_not_found: $because", async ({ id }) => {
      const answer = await call(method, url.replace(UNKNOWN, id), { token: token(), ...body });
      expect(answer).toMatchObject({ status: 404, json: { code: "customer_not_found" } });
    });

    test("404 for a customer of the other side", async () => {
      const { id } = await create();
      const foreign = url.replace(UNKNOWN, id);
      const answer = await call(method, foreign, { token: live, ...body });
      expect(answer).toMatchObject({ status: 404, json: { code: "customer_not_found" } });
    });
  },
);

test("every refusal above is one that its route declares", () => {
  expect(server.undeclared).toEqual([]);
});
