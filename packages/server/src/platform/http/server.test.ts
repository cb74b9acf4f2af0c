import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { PAGE_HEADERS } from "./page-headers.ts";
import { problemErrors } from "./problem.ts";
import type { ErrorShape, Surface } from "./surface.ts";
import { Closed } from "./wire.ts";

const schema = (operationId: string) => ({ operationId, summary: "A test", tags: ["test"] });

const echoRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const Body = Closed({
    name: Type.String({ minLength: 1, maxLength: 20 }),
    count: Type.Optional(Type.Integer()),
  });
  const echo = { config: { public: true }, schema: { ...schema("echo"), body: Body } } as const;
  app.post("/v1/echo", echo, ({ body }) => body);

  app.post(
    "/v1/optional",
    {
      config: { public: true, emptyBody: true },
      schema: { ...schema("optional"), body: Closed({ name: Type.Optional(Type.String()) }) },
    },
    ({ body }) => ({ got: body }),
  );

  app.post(
    "/v1/raw",
    { config: { public: true, rawBody: true }, schema: schema("raw") },
    ({ body }) => ({ length: String(body).length }),
  );

  app.get(
    "/v1/echo/:id",
    {
      config: { public: true },
      schema: {
        ...schema("echoQuery"),
        params: Closed({ id: Type.String() }),
        querystring: Closed({
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          all: Type.Optional(Type.Boolean()),
          text: Type.Optional(Type.String()),
        }),
      },
    },
    ({ query, params }) => ({ ...query, ...params }),
  );
};

const failingRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/fails/:code",
    {
      config: { public: true, refuses: ["plan_not_found", "server_busy", "database_unavailable"] },
      schema: { ...schema("fail"), params: Closed({ code: Type.String() }) },
    },
    ({ params }) => {
      if (params.code === "defect") throw new Error("the secret recipe");
      throw new BillingError(params.code as "plan_not_found", { cause: "inner", id: 7n });
    },
  );
};

const ownShape: ErrorShape = {
  contentType: "application/json",
  schema: Type.Object({ state: Type.String() }),
  body: ({ code, message }, requestId) => ({
    state: "error",
    error: { code, message },
    request_id: requestId,
  }),
};

const otherRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get("/other/v1/thing", { config: { public: true }, schema: schema("otherThing") }, () => {
    throw new BillingError("plan_not_found");
  });
};

const pageRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get("/pages/hello", { config: { public: true }, schema: { hide: true } }, (_, reply) =>
    reply.type("text/html").send("<h1>Hello</h1>"),
  );

  app.get(
    "/pages/of/:id",
    { config: { public: true }, schema: { hide: true, params: Closed({ id: Type.String() }) } },
    ({ params }) => params.id,
  );
};

const surfaces: readonly Surface[] = [
  {
    name: "operator",
    owns: "/v1",
    errors: problemErrors,
    apiVersions: ["1", "2"],
    routes: [echoRoutes, failingRoutes],
  },
  { name: "other", owns: "/other", errors: ownShape, routes: [otherRoutes] },
  { name: "pages", owns: "/pages", errors: problemErrors, sends: "pages", routes: [pageRoutes] },
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ now: Date.now }, () => surfaces, {
    bodyLimitBytes: 10_000,
    corsOrigins: ["https://shop.example"],
  });
});
afterAll(() => server.close());

const json = { "content-type": "application/json" };
const post = (url: string, payload: string | object, headers: Record<string, string> = json) =>
  server.app.inject({ method: "POST", url, payload, headers });
const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: "GET", url, headers });

describe("a body", () => {
  test("arrives as it was sent", async () => {
    const response = await post("/v1/echo", { name: "a", count: 3 });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ name: "a", count: 3 });
  });

  test.each([
    { body: { name: 7 }, path: "/name", because: "a number is no text" },
    { body: { name: "a", count: "3" }, path: "/count", because: "text is no number" },
    { body: { name: "a", count: 1.5 }, path: "/count", because: "a fraction is no whole number" },
    { body: { name: "a", extra: 1 }, path: "/extra", because: "the field is not known" },
    { body: { name: "" }, path: "/name", because: "it is too short" },
    { body: {}, path: "", because: "a field is missing" },
    { body: [], path: "", because: "it is no object" },
  ])("of $body is refused: $because", async ({ body, path }) => {
    const response = await post("/v1/echo", body);

    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(response.json()).toMatchObject({ code: "body_invalid", status: 400 });
    expect(response.json().errors).toEqual(
      expect.arrayContaining([{ path, message: expect.any(String) }]),
    );
  });

  test.each([
    { text: '{"name":', code: "body_malformed", because: "it ends too early" },
    { text: "", code: "body_malformed", because: "it is empty" },
    { text: '{"__proto__":{"a":1},"name":"a"}', code: "body_malformed", because: "it poisons" },
    {
      text: '{"constructor":{"prototype":{"a":1}},"name":"a"}',
      code: "body_malformed",
      because: "it poisons the other way",
    },
    { text: "[".repeat(33), code: "body_malformed", because: "it is too deep" },
    { text: '{"name":"a\\u0000"}', code: "body_invalid", because: "PostgreSQL stores no NUL" },
    { text: '{"name":"\\ud800"}', code: "body_invalid", because: "half a pair is no text" },
    { text: '{"name":"a","count":1e400}', code: "body_invalid", because: "it is infinite" },
  ])("of $text is refused: $because", async ({ text, code }) => {
    const response = await post("/v1/echo", text);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code });
  });

  test.each([
    { text: '{"name":"\\ud83d\\ude00"}', name: "😀", because: "a whole pair is text" },
    { text: '{"name":"\\\\u0000"}', name: "\\u0000", because: "an escaped backslash is text" },
    { text: `{"name":"${"[".repeat(20)}"}`, name: "[".repeat(20), because: "text does not nest" },
  ])("of $text is taken: $because", async ({ text, name }) => {
    expect((await post("/v1/echo", text)).json()).toEqual({ name });
  });

  test("that is too large is a 413", async () => {
    const response = await post("/v1/echo", { name: "a".repeat(20_000) });

    expect(response.statusCode).toBe(413);
    expect(response.json()).toMatchObject({ code: "body_too_large" });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "nonsense"])(
    "of type %s is a 415",
    async (type) => {
      const response = await post("/v1/echo", "name=a", { "content-type": type });

      expect(response.statusCode).toBe(415);
      expect(response.json()).toMatchObject({ code: "media_type_unsupported" });
    },
  );

  test("may be absent or empty where the route says so", async () => {
    const absent = await server.app.inject({ method: "POST", url: "/v1/optional" });
    const empty = await post("/v1/optional", "");
    const given = await post("/v1/optional", { name: "a" });

    expect([absent, empty, given].map((response) => response.json())).toEqual([
      { got: {} },
      { got: {} },
      { got: { name: "a" } },
    ]);
  });

  test("arrives as text where its signature must be checked", async () => {
    expect((await post("/v1/raw", '{ "a": 1 }')).json()).toEqual({ length: 10 });
  });
});

describe("an address", () => {
  test("has its numbers and booleans read and its defaults filled in", async () => {
    expect((await get("/v1/echo/7?limit=30&all=true")).json()).toEqual({
      id: "7",
      limit: 30,
      all: true,
    });
    expect((await get("/v1/echo/7")).json()).toEqual({ id: "7", limit: 20 });
  });

  test.each([
    { query: "limit=1.5", because: "a fraction is no whole number" },
    { query: "limit=", because: "nothing is no number" },
    { query: "limit=101", because: "it is out of range" },
    { query: "limit=1&limit=2", because: "it is said twice" },
    { query: "all=yes", because: "it is no boolean" },
    { query: "other=1", because: "it is not known" },
    { query: "text=%00", because: "NUL cannot be stored" },
  ])("with $query is refused: $because", async ({ query }) => {
    const response = await get(`/v1/echo/7?${query}`);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: "parameter_invalid",
      details: { in: "query" },
    });
  });

  test.each([
    { url: "/nothing", type: "application/problem+json; charset=utf-8" },
    { url: "/v1/nothing?x=1", type: "application/problem+json; charset=utf-8" },
    { url: "/v1/echo/%ZZ", type: "application/problem+json; charset=utf-8" },
    { url: `/v1/echo/${"7".repeat(201)}`, type: "application/problem+json; charset=utf-8" },
    { url: "/other/nothing", type: "application/json; charset=utf-8" },
  ])("$url that leads nowhere is a 404", async ({ url, type }) => {
    const response = await get(url);

    expect(response.statusCode).toBe(404);
    expect(response.headers["content-type"]).toBe(type);
    expect(response.body).toContain("route_not_found");
  });

  test("called by a wrong method names the right ones", async () => {
    const response = await server.app.inject({ method: "DELETE", url: "/v1/echo/7" });

    expect(response.statusCode).toBe(405);
    expect(response.headers.allow).toBe("GET");
    expect(response.json()).toMatchObject({ code: "method_not_allowed" });
  });
});

describe("a failure", () => {
  test("is a problem on the operator API, with the id of the request", async () => {
    const response = await get("/v1/fails/plan_not_found", { "x-request-id": "abc-1" });

    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({
      type: "urn:farthing:problem:plan_not_found",
      title: "Plan not found",
      status: 404,
      detail: "No plan has this id.",
      code: "plan_not_found",
      request_id: "abc-1",
      details: { id: "7" },
    });
  });

  test("has the surface's own shape elsewhere", async () => {
    const response = await get("/other/v1/thing", { "x-request-id": "abc-2" });

    expect(response.json()).toEqual({
      state: "error",
      error: { code: "plan_not_found", message: "No plan has this id." },
      request_id: "abc-2",
    });
  });

  test.each([
    { code: "server_busy", status: 429 },
    { code: "database_unavailable", status: 503 },
  ])("of $code says when to try again", async ({ code, status }) => {
    const response = await get(`/v1/fails/${code}`);

    expect(response.statusCode).toBe(status);
    expect(response.headers["retry-after"]).toBe("1");
  });

  test("of our own is a 500 that tells nothing to the caller and all to the log", async () => {
    const response = await get("/v1/fails/defect", {
      authorization: "Bearer open-sesame",
      "x-api-key": "open-sesame",
      "x-request-id": "abc-3",
    });

    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: "internal_error", request_id: "abc-3" });
    expect(response.body).not.toContain("recipe");
    const line = server.logLines.find((text) => text.includes("the secret recipe"));
    expect(line).toContain('"request_id":"abc-3"');
    expect(line).not.toContain("open-sesame");
  });

  test("that the route does not declare is told to whoever watches", async () => {
    await get("/v1/fails/invoice_not_found");

    expect(server.undeclared).toContainEqual({ code: "invoice_not_found", operationId: "fail" });
  });
});

describe("every answer", () => {
  test("carries a request id, the caller's where it is sane", async () => {
    const own = await get("/v1/echo/1", { "x-request-id": "trace:01.a-b_c" });
    const strange = await get("/v1/echo/1", { "x-request-id": "a b" });
    const none = await get("/nothing");

    expect(own.headers["x-request-id"]).toBe("trace:01.a-b_c");
    expect(strange.headers["x-request-id"]).toMatch(/^req_[0-9a-f]{8}[0-9a-z]+$/);
    expect(none.headers["x-request-id"]).not.toBe(strange.headers["x-request-id"]);
  });

  test("repeats the API version that was asked for, and refuses one there is not", async () => {
    const asked = await get("/v1/echo/1", { "x-api-version": "2" });
    const unknown = await get("/v1/echo/1", { "x-api-version": "999" });
    const versionless = await get("/other/v1/thing", { "x-api-version": "999" });

    expect(asked.headers["x-api-version"]).toBe("2");
    expect((await get("/v1/echo/1")).headers["x-api-version"]).toBeUndefined();
    expect(unknown.headers["x-api-version"]).toBeUndefined();
    expect(unknown.json()).toMatchObject({
      status: 400,
      code: "api_version_unknown",
      details: { supported: ["1", "2"] },
    });
    expect(versionless.statusCode).toBe(404);
  });

  test("is readable from the pages of the listed origins only", async () => {
    const listed = await get("/v1/echo/1", { origin: "https://shop.example" });
    const other = await get("/v1/echo/1", { origin: "https://evil.test" });

    expect(listed.headers["access-control-allow-origin"]).toBe("https://shop.example");
    expect(other.headers["access-control-allow-origin"]).not.toBe("https://evil.test");
  });

  test("protects pages from other sites", async () => {
    const page = await get("/pages/hello");

    expect(page.body).toBe("<h1>Hello</h1>");
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    const data = await get("/v1/echo/1");
    expect(data.headers["x-content-type-options"]).toBe("nosniff");
    expect(data.headers["content-security-policy"]).toBeUndefined();
  });

  test.each([
    { method: "GET", url: "/pages/nothing", status: 404 },
    { method: "POST", url: "/pages/hello", status: 405 },
    { method: "GET", url: "/pages/hello/%ZZ", status: 404 },
    { method: "GET", url: `/pages/of/${"7".repeat(201)}`, status: 404 },
    { method: "GET", url: "/pages/of/%00", status: 400 },
  ] as const)("protects a $status page alike: $method $url", async ({ method, url, status }) => {
    const page = await server.app.inject({ method, url });

    expect(page.statusCode).toBe(status);
    expect(page.headers).toMatchObject({
      ...PAGE_HEADERS,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
  });

  test("is logged in one line and measured by route", async () => {
    await get("/v1/echo/1", { "x-request-id": "logged-1" });

    const line = server.logLines.find((text) => text.includes('"logged-1"'));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ route: "/v1/echo/:id", status: 200 });
    const metrics = (await get("/metrics")).body;
    expect(metrics).toMatch(
      /farthing_http_request_duration_seconds_count\{method="GET",route="\/v1\/echo\/:id",status="200"\} \d+/,
    );
  });
});
