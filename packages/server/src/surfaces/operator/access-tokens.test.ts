import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { accessTokenRoutes } from "./access-tokens.ts";
import { projectRoutes } from "./project.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
const DAY_MS = 86_400_000;

let server: TestServer;
let admin: string;
let sandboxAdmin: string;
beforeAll(async () => {
  server = await startTestServer(clock, ({ accessTokens, authenticator }) => [
    {
      name: "operator",
      owns: "/v1",
      errors: problemErrors,
      routes: [accessTokenRoutes({ ...accessTokens, authenticator }), projectRoutes()],
    },
  ]);
  admin = await server.issueToken(["admin", "billing:read"]);
  sandboxAdmin = await server.issueToken(["admin"], { side: "sandbox" });
});
afterAll(() => server.close());

type Method = "GET" | "POST" | "DELETE";

function call(method: Method, url: string, options: { token?: string; payload?: object } = {}) {
  const { token = admin, payload } = options;
  const headers = token === "" ? {} : { authorization: `Bearer ${token}` };
  return server.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
}

const wanted = { name: "backend", scopes: ["billing:read"] };

async function create(payload: object = wanted): Promise<{ id: string; token: string }> {
  return (await call("POST", "/v1/access_tokens", { payload })).json();
}

const statusWith = async (token: string) =>
  (await call("GET", "/v1/project", { token })).statusCode;

describe("POST /v1/access_tokens", () => {
  test("201: shows a token that works, once", async () => {
    const response = await call("POST", "/v1/access_tokens", {
      payload: { ...wanted, expires_at: "2026-06-01T00:00:00Z" },
    });

    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      id: expect.stringMatching(/^tok_[0-9a-z]{26}$/),
      name: "backend",
      scopes: ["billing:read"],
      created_at: "2026-01-01T00:00:00.000Z",
      expires_at: "2026-06-01T00:00:00.000Z",
      revoked_at: null,
      token: expect.stringMatching(/^demo_live_[0-9a-z]{26}\.[0-9A-Za-z]{43}$/),
    });
    expect(await statusWith(response.json().token)).toBe(200);
    expect((await call("GET", "/v1/access_tokens")).body).not.toContain(response.json().token);
  });

  test.each([
    { payload: {}, because: "nothing is said" },
    { payload: { ...wanted, scopes: [] }, because: "it could do nothing" },
    { payload: { ...wanted, scopes: ["root"] }, because: "there is no such scope" },
    { payload: { ...wanted, scopes: ["admin", "admin"] }, because: "a scope is said twice" },
    { payload: { ...wanted, name: "" }, because: "it has no name" },
    { payload: { ...wanted, extra: 1 }, because: "a field is not known" },
  ])("400 when $because", async ({ payload }) => {
    const response = await call("POST", "/v1/access_tokens", { payload });

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "body_invalid" });
  });

  test.each(["2025-12-31T00:00:00Z", "9999-12-31T00:00:00Z"])(
    "400 when it would end in %s",
    async (expires_at) => {
      const response = await call("POST", "/v1/access_tokens", {
        payload: { ...wanted, expires_at },
      });

      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: "time_invalid" });
    },
  );

  test.each([
    { header: {}, code: "access_token_missing" },
    { header: { authorization: "Basic YTpi" }, code: "access_token_invalid" },
    { header: { authorization: "Bearer nonsense" }, code: "access_token_invalid" },
    { header: { authorization: `Bearer ${"x".repeat(300)}` }, code: "access_token_invalid" },
    { header: { "x-api-key": "nonsense" }, code: "access_token_invalid" },
  ])("401 $code for $header", async ({ header, code }) => {
    const response = await server.app.inject({
      method: "POST",
      url: "/v1/access_tokens",
      headers: header as Record<string, string>,
      payload: wanted,
    });

    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toBe("Bearer");
    expect(response.json()).toMatchObject({ code });
  });

  test("401 for an expired token", async () => {
    const token = await server.issueToken(["admin"], { expiresAtMs: clock.now() });

    const response = await call("POST", "/v1/access_tokens", { token, payload: wanted });

    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: "access_token_expired" });
  });

  test("403 without the scope, told before the body is read", async () => {
    const token = await server.issueToken(["billing:write"]);

    const response = await call("POST", "/v1/access_tokens", { token, payload: {} });

    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: "scope_missing", details: { scope: "admin" } });
  });
});

describe("GET /v1/access_tokens", () => {
  test("200: pages through one side's tokens", async () => {
    await create();
    await create();
    const first = (await call("GET", "/v1/access_tokens?limit=1")).json();
    const url = `/v1/access_tokens?limit=100&cursor=${first.next_cursor}`;
    const rest = (await call("GET", url)).json();

    expect(first).toMatchObject({ has_more: true, data: [{ name: "backend" }] });
    expect(rest).toMatchObject({ has_more: false, next_cursor: null });
    expect(rest.data).not.toContainEqual(first.data[0]);
    expect(
      (await call("GET", "/v1/access_tokens", { token: sandboxAdmin })).json().data,
    ).toHaveLength(1);
  });

  test.each([
    { query: "limit=0", code: "parameter_invalid" },
    { query: "cursor=abc", code: "cursor_invalid" },
  ])("400 for ?$query", async ({ query, code }) => {
    const response = await call("GET", `/v1/access_tokens?${query}`);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code });
  });
});

describe("POST /v1/access_tokens/:id/rotate", () => {
  const rotate = (id: string, payload?: object) =>
    call("POST", `/v1/access_tokens/${id}/rotate`, payload === undefined ? {} : { payload });

  test("201: both tokens work for a day when nothing else is said", async () => {
    const old = await create();
    const response = await rotate(old.id);

    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({ name: "backend", expires_at: null });
    expect(await statusWith(old.token)).toBe(200);
    clock.moveBy(DAY_MS);
    expect(await statusWith(old.token)).toBe(401);
    expect(await statusWith(response.json().token)).toBe(200);
  });

  test("201: without overlap the old token ends at once, though it was remembered", async () => {
    const old = await create();
    expect(await statusWith(old.token)).toBe(200);

    await rotate(old.id, { overlap_seconds: 0 });

    expect(await statusWith(old.token)).toBe(401);
  });

  test.each([{ overlap_seconds: -1 }, { overlap_seconds: "60" }, { overlap_seconds: 1e10 }])(
    "400 for %s",
    async (payload) => {
      expect((await rotate((await create()).id, payload)).statusCode).toBe(400);
    },
  );

  test("404 for a token of the other side and for text that is no id", async () => {
    const { id } = await create();
    const url = `/v1/access_tokens/${id}/rotate`;

    expect((await call("POST", url, { token: sandboxAdmin })).statusCode).toBe(404);
    expect((await rotate("tok_nonsense")).json()).toMatchObject({ code: "access_token_not_found" });
  });

  test("409 for a revoked token", async () => {
    const { id } = await create();
    await call("DELETE", `/v1/access_tokens/${id}`);

    const response = await rotate(id);

    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({ code: "access_token_inactive" });
  });
});

describe("DELETE /v1/access_tokens/:id", () => {
  test("200: the token opens nothing from then on", async () => {
    const { id, token } = await create();
    expect(await statusWith(token)).toBe(200);

    const response = await call("DELETE", `/v1/access_tokens/${id}`);

    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ id, revoked_at: expect.any(String) });
    expect((await call("GET", "/v1/project", { token })).json()).toMatchObject({
      code: "access_token_revoked",
    });
  });

  test("404 for a token of the other side, which goes on working", async () => {
    const { id, token } = await create();

    const response = await call("DELETE", `/v1/access_tokens/${id}`, { token: sandboxAdmin });

    expect(response.statusCode).toBe(404);
    expect(await statusWith(token)).toBe(200);
  });
});

describe("GET /v1/project", () => {
  test("200: shows the side that the token opens", async () => {
    const reader = await server.issueToken(["billing:read"], { side: "sandbox" });

    const response = await server.app.inject({
      url: "/v1/project",
      headers: { "x-api-key": reader },
    });

    expect(response.json()).toEqual({
      slug: "demo",
      name: "Demo",
      side: "sandbox",
      key_prefix: "demo",
      return_origins: ["https://shop.example"],
      retry_days: [1, 3, 5, 7],
      payment_terms: { collection: "charge", net_days: 30 },
      created_at: "2026-01-01T00:00:00.000Z",
    });
  });

  test("401 without a token, 403 without the scope", async () => {
    expect((await call("GET", "/v1/project", { token: "" })).statusCode).toBe(401);
    expect((await call("GET", "/v1/project", { token: sandboxAdmin })).statusCode).toBe(403);
  });
});

test("every refusal given above is declared by its route", () => {
  expect(server.undeclared).toEqual([]);
});
