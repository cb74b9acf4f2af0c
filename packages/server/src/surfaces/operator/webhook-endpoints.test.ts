import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "#platform/http/caller.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { testDialects } from "#test/support/webhook-traffic.ts";
import { webhookEndpointRoutes } from "./webhook-endpoints.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
let server: TestServer;
let live: string;
let sandbox: string;

beforeAll(async () => {
  server = await startTestServer(clock, ({ newId }) => [
    {
      name: "operator",
      owns: "/v1",
      errors: problemErrors,
      routes: [webhookEndpointRoutes({ clock, newId, dialects: testDialects })],
    },
  ]);
  live = await server.issueToken(["billing:read", "billing:write"]);
  sandbox = await server.issueToken(["billing:read", "billing:write"], { side: "sandbox" });
});
afterAll(async () => {
  await server.close();
});

type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function call(method: Method, url: string, token: string, body?: object) {
  const response = await server.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

const create = (token: string, body: object) => call("POST", "/v1/webhook_endpoints", token, body);
const url = "https://example.com/webhooks";

describe("POST /v1/webhook_endpoints", () => {
  test("201: shows the secret", async () => {
    expect(await create(live, { url })).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^whe_[0-9a-z]{13}$/),
        url,
        dialect: "native",
        event_types: null,
        status: "enabled",
        disabled_reason: null,
        disabled_at: null,
        failing_since: null,
        created_at: "2026-01-01T00:00:00.000Z",
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    });
  });

  test("201: takes a dialect and a choice of events", async () => {
    const choice = { dialect: "metered", event_types: ["subscriptions.renewed"] };
    const local = "http://localhost:4300/hook";
    expect(await create(sandbox, { url: local, ...choice })).toMatchObject({
      status: 201,
      body: { url: local, ...choice },
    });
  });

  test.each([
    { body: { url: "http://example.com/" }, code: "webhook_url_refused", because: "live is https" },
    { body: { url: "ftp://example.com/" }, code: "webhook_url_refused", because: "it is not http" },
    {
      body: { url: "https://a:b@example.com/" },
      code: "webhook_url_refused",
      because: "a password",
    },
    { body: {}, code: "body_invalid", because: "it has no url" },
    { body: { url, dialect: "latin" }, code: "body_invalid", because: "nobody speaks that" },
    { body: { url, event_types: [] }, code: "body_invalid", because: "it would want nothing" },
    { body: { url, event_types: ["*"] }, code: "body_invalid", because: "that is no type" },
    {
      body: { url, event_types: ["invoice.payed"] },
      code: "webhook_event_type_unknown",
      because: "it would wait for ever",
    },
    {
      body: { url, dialect: "metered", event_types: ["invoice.paid"] },
      code: "webhook_event_type_unknown",
      because: "the metered dialect has another word for it",
    },
    { body: { url, secret: "mine" }, code: "body_invalid", because: "the secret is ours to make" },
  ])("400 $code: $because", async ({ body, code }) => {
    expect(await create(live, body)).toMatchObject({ status: 400, body: { code } });
  });

  test("401 without a token, 403 without the scope", async () => {
    expect(await create("", { url })).toMatchObject({ status: 401 });
    const reader = await server.issueToken(["billing:read"]);
    expect(await create(reader, { url })).toMatchObject({
      status: 403,
      body: { code: "scope_missing" },
    });
  });
});

describe("GET /v1/webhook_endpoints", () => {
  test("200: the caller's own, oldest first, in pages, without secrets", async () => {
    const scopes: Scope[] = ["billing:read", "billing:write"];
    const before = await call("GET", "/v1/webhook_endpoints?limit=100", sandbox);
    await create(sandbox, { url: "https://example.com/1" });
    await create(sandbox, { url: "https://example.com/2" });
    const all = await call("GET", "/v1/webhook_endpoints?limit=100", sandbox);
    const added = all.body.data.slice(before.body.data.length);
    expect(added.map((endpoint: { url: string }) => endpoint.url)).toEqual([
      "https://example.com/1",
      "https://example.com/2",
    ]);
    expect(JSON.stringify(all.body)).not.toContain("whsec_");

    const pages: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await call("GET", `/v1/webhook_endpoints?limit=1${from}`, sandbox);
      pages.push(...page.body.data);
      cursor = page.body.next_cursor;
    }
    expect(pages).toEqual(all.body.data);

    const admin = await server.issueToken([...scopes, "admin"], { side: "live" });
    const ofLive = await call("GET", "/v1/webhook_endpoints?limit=100", admin);
    expect(JSON.stringify(ofLive.body)).not.toContain("example.com/1");
  });

  test("400: a cursor that is none", async () => {
    expect(await call("GET", "/v1/webhook_endpoints?cursor=abc", live)).toMatchObject({
      status: 400,
      body: { code: "cursor_invalid" },
    });
  });
});

describe("GET /v1/webhook_endpoints/:id", () => {
  test("200: with its secret for an admin only", async () => {
    const { body: created } = await create(live, { url });
    const path = `/v1/webhook_endpoints/${created.id}`;
    const { secret, ...shown } = created;
    expect(await call("GET", path, live)).toEqual({ status: 200, body: shown });
    const admin = await server.issueToken(["billing:read", "admin"]);
    expect(await call("GET", path, admin)).toEqual({ status: 200, body: { ...shown, secret } });
  });

  test("404: unknown, malformed, and the other side's", async () => {
    const { body: foreign } = await create(sandbox, { url });
    for (const id of ["whe_0000000000001", "nonsense", foreign.id]) {
      expect(await call("GET", `/v1/webhook_endpoints/${id}`, live)).toMatchObject({
        status: 404,
        body: { code: "webhook_endpoint_not_found" },
      });
    }
  });
});

describe("PATCH /v1/webhook_endpoints/:id", () => {
  test("200: changes what is named, and leaves the rest", async () => {
    const { body: created } = await create(live, { url, event_types: ["invoice.paid"] });
    const { secret: _, ...shown } = created;
    const path = `/v1/webhook_endpoints/${created.id}`;
    const change = (body: object) => call("PATCH", path, live, body);
    const moved = { ...shown, url: "https://example.com/new" };
    expect(await change({ url: "https://example.com/new" })).toEqual({ status: 200, body: moved });
    expect((await change({ event_types: null })).body).toEqual({ ...moved, event_types: null });
    expect((await change({ status: "disabled" })).body).toMatchObject({
      status: "disabled",
      disabled_reason: "asked",
      disabled_at: "2026-01-01T00:00:00.000Z",
    });
    expect((await change({ status: "enabled" })).body).toEqual({ ...moved, event_types: null });
    expect((await change({})).body).toEqual({ ...moved, event_types: null });
  });

  test.each([
    { body: { url: "http://example.com/" }, code: "webhook_url_refused", because: "live is https" },
    {
      body: { event_types: ["invoice.payed"] },
      code: "webhook_event_type_unknown",
      because: "it would wait for ever",
    },
    { body: { status: "gone" }, code: "body_invalid", because: "that is no status" },
    { body: { dialect: "metered" }, code: "body_invalid", because: "its dialect stays" },
  ])("400 $code: $because", async ({ body, code }) => {
    const { body: created } = await create(live, { url });
    const path = `/v1/webhook_endpoints/${created.id}`;
    expect(await call("PATCH", path, live, body)).toMatchObject({ status: 400, body: { code } });
  });

  test("404: the other side's", async () => {
    const { body: foreign } = await create(sandbox, { url });
    const path = `/v1/webhook_endpoints/${foreign.id}`;
    expect(await call("PATCH", path, live, { status: "disabled" })).toMatchObject({ status: 404 });
  });
});

describe("POST /v1/webhook_endpoints/:id/rotate_secret", () => {
  test("200: shows the new secret to an admin, and to nobody else", async () => {
    const { body: created } = await create(live, { url });
    const path = `/v1/webhook_endpoints/${created.id}/rotate_secret`;
    expect(await call("POST", path, live, {})).toMatchObject({ status: 403 });
    const admin = await server.issueToken(["billing:read", "admin"]);
    const { status, body } = await call("POST", path, admin, { overlap_seconds: 60 });
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...created, secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) },
    });
    expect(body.secret).not.toBe(created.secret);
    const tooLong = { overlap_seconds: 31 * 86_400 };
    expect(await call("POST", path, admin, tooLong)).toMatchObject({ status: 400 });
    const unknown = "/v1/webhook_endpoints/whe_0000000000001/rotate_secret";
    expect(await call("POST", unknown, admin)).toMatchObject({ status: 404 });
  });
});

describe("DELETE /v1/webhook_endpoints/:id", () => {
  test("200, and then 404", async () => {
    const { body: created } = await create(live, { url });
    const path = `/v1/webhook_endpoints/${created.id}`;
    expect(await call("DELETE", path, sandbox)).toMatchObject({ status: 404 });
    expect(await call("DELETE", path, live)).toMatchObject({
      status: 200,
      body: { id: created.id },
    });
    expect(await call("DELETE", path, live)).toMatchObject({ status: 404 });
    expect(await call("GET", path, live)).toMatchObject({ status: 404 });
  });
});

test("no route refused with a code that it does not declare", () => {
  expect(server.undeclared).toEqual([]);
});
