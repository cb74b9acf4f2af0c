import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FarthingConnectionError, FarthingError } from "../src/index.ts";
import { clientUnderTest, NOW_MS, rejectionOf } from "./client-under-test.ts";
import { type Reply, startWireServer, type WireServer } from "./wire-server.ts";

let server: WireServer;

beforeEach(async () => {
  server = await startWireServer();
});
afterEach(() => server.close());

const ok: Reply = { json: { state: "ok", data: { uid: "plan_1" } } };
const event = { metric: "packages", metric_count: 1 };

function refusal(status: number, code = "some_code"): Reply {
  return { status, json: { state: "error", error: { code, message: "No." }, request_id: "req_1" } };
}

describe("a retry", () => {
  test.each([
    { because: "the request timed out on the way", reply: refusal(408) },
    {
      because: "the first try is still at work",
      reply: refusal(409, "idempotency_request_in_flight"),
    },
    { because: "the server is busy", reply: refusal(429, "server_busy") },
    { because: "the server failed", reply: refusal(500) },
    { because: "a gateway failed", reply: { status: 502, text: "<html>Bad Gateway</html>" } },
    { because: "the database is away", reply: refusal(503, "database_unavailable") },
    { because: "a gateway gave up", reply: { status: 504 } },
    { because: "the connection broke", reply: "hang_up" },
    { because: "the connection broke within the answer", reply: "hang_up_midway" },
  ] satisfies { because: string; reply: Reply }[])("follows when $because", async ({ reply }) => {
    const { farthing, waitsMs } = clientUnderTest(server.url);
    server.script(reply, ok);
    expect(await farthing.billingPlans.get("plan_1")).toEqual({ uid: "plan_1" });
    expect(server.received).toHaveLength(2);
    expect(waitsMs).toEqual([125]);
  });

  test.each([400, 401, 402, 403, 404, 409, 413, 415, 422, 501])(
    "does not follow a %i",
    async (status) => {
      const { farthing, waitsMs } = clientUnderTest(server.url);
      server.script(refusal(status), ok);
      await expect(farthing.billingPlans.get("plan_1")).rejects.toMatchObject({ status });
      expect(server.received).toHaveLength(1);
      expect(waitsMs).toEqual([]);
    },
  );

  test("keeps reference, time and every other byte of a usage event", async () => {
    let nowMs = NOW_MS;
    const { farthing } = clientUnderTest(server.url, { now: () => (nowMs += 1000) });
    server.script("hang_up", refusal(500), refusal(429), ok);
    await farthing.subscriptions.usage("sub_1", event);
    expect(server.received).toHaveLength(4);
    expect(new Set(server.received.map(({ text }) => text)).size).toBe(1);
    expect(server.received[0]?.json).toMatchObject({ occurred_at: "2026-03-01T12:00:01.000Z" });
  });

  test("keeps the references of a whole batch", async () => {
    const { farthing } = clientUnderTest(server.url);
    server.script("hang_up", { json: { state: "ok", data: [] } });
    await farthing.subscriptions.usageBatch("sub_1", [event, event]);
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.text).toBe(server.received[0]?.text);
  });

  test("keeps the idempotency key of any other POST", async () => {
    const { farthing } = clientUnderTest(server.url);
    server.script("hang_up", ok);
    await farthing.subscriptions.cancel("sub_1");
    const keys = server.received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBeDefined();
    expect(keys[1]).toBe(keys[0]);
  });

  test("waits longer each time, up to the cap, then gives the last failure", async () => {
    const { farthing, waitsMs } = clientUnderTest(server.url, {
      retry: { attemptCountMax: 6, baseDelayMs: 100, delayMsMax: 1000 },
    });
    server.script(...Array.from({ length: 5 }, () => refusal(503)), refusal(500, "the_last"));
    await expect(farthing.billingPlans.get("plan_1")).rejects.toMatchObject({ code: "the_last" });
    expect(waitsMs).toEqual([50, 100, 200, 400, 500]);
    expect(server.received).toHaveLength(6);
  });

  test("makes four tries by default", async () => {
    const { farthing, waitsMs } = clientUnderTest(server.url);
    server.script("hang_up", "hang_up", "hang_up", "hang_up", ok);
    await expect(farthing.billingPlans.get("plan_1")).rejects.toThrow(FarthingConnectionError);
    expect(server.received).toHaveLength(4);
    expect(waitsMs).toEqual([125, 250, 500]);
  });

  test("can be switched off", async () => {
    const { farthing } = clientUnderTest(server.url, { retry: { attemptCountMax: 1 } });
    server.script(refusal(503), ok);
    await expect(farthing.billingPlans.get("plan_1")).rejects.toMatchObject({ status: 503 });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    { retryAfter: "7", waitMs: 7125 },
    { retryAfter: new Date(NOW_MS + 9000).toUTCString(), waitMs: 9125 },
    { retryAfter: new Date(NOW_MS - 9000).toUTCString(), waitMs: 125 },
    { retryAfter: "soon", waitMs: 125 },
  ])("comes no sooner than Retry-After: $retryAfter", async ({ retryAfter, waitMs }) => {
    const { farthing, waitsMs } = clientUnderTest(server.url);
    const { status, json } = refusal(429) as { status: number; json: unknown };
    server.script({ status, json, headers: { "retry-after": retryAfter } }, ok);
    await farthing.billingPlans.get("plan_1");
    expect(waitsMs).toEqual([waitMs]);
  });

  test("does not wait for an hour, but says how long it would be", async () => {
    const { farthing, waitsMs } = clientUnderTest(server.url);
    server.script({ status: 429, headers: { "retry-after": "3600" } }, ok);
    const error = await rejectionOf(farthing.billingPlans.get("plan_1"));
    expect(error).toMatchObject({ status: 429, retryAfterMs: 3_600_000 });
    expect(waitsMs).toEqual([]);
  });
});

describe("a timeout", () => {
  test("ends a try and lets the next one succeed", async () => {
    const { farthing } = clientUnderTest(server.url, { timeoutMs: 100 });
    server.script("silence", ok, ok, ok);
    expect(await farthing.billingPlans.get("plan_1")).toEqual({ uid: "plan_1" });
    expect(server.received.length).toBeGreaterThan(1);
  });

  test("is a FarthingConnectionError in the end", async () => {
    const { farthing } = clientUnderTest(server.url, { retry: { attemptCountMax: 1 } });
    server.script("silence");
    const error = await rejectionOf(farthing.billingPlans.get("plan_1", { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(FarthingConnectionError);
    expect(error).toMatchObject({ code: "timed_out", message: "No answer within 20 ms." });
  });
});

describe("the caller's signal", () => {
  const reason = new Error("The user left.");

  test("ends a try that is under way, without another", async () => {
    const { farthing, waitsMs } = clientUnderTest(server.url);
    const controller = new AbortController();
    server.script("silence", ok);
    const arrival = server.nextArrival();
    const call = rejectionOf(farthing.billingPlans.get("plan_1", { signal: controller.signal }));
    await arrival;
    controller.abort(reason);
    expect(await call).toBe(reason);
    expect(waitsMs).toEqual([]);
    expect(server.received).toHaveLength(1);
  });

  test("keeps a call from starting", async () => {
    const { farthing } = clientUnderTest(server.url);
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(farthing.subscriptions.usage("sub_1", event, { signal }))).toBe(
      reason,
    );
    expect(server.received).toHaveLength(0);
  });

  test("ends the wait between two tries", async () => {
    const controller = new AbortController();
    const { farthing } = clientUnderTest(server.url, {
      sleep: async (_delayMs, signal) => {
        controller.abort(reason);
        signal?.throwIfAborted();
      },
    });
    server.script(refusal(503), ok);
    const call = farthing.billingPlans.get("plan_1", { signal: controller.signal });
    expect(await rejectionOf(call)).toBe(reason);
    expect(server.received).toHaveLength(1);
  });
});

describe("an error", () => {
  const noRetry = { retry: { attemptCountMax: 1 } };

  test("carries everything the metered envelope says", async () => {
    const { farthing } = clientUnderTest(server.url);
    const errors = [{ path: "/metric_count", message: "must be a number" }];
    server.script({
      status: 400,
      json: {
        state: "error",
        error: { code: "body_invalid", message: "Not the documented form.", errors },
        request_id: "req_42",
      },
    });
    const error = await rejectionOf(farthing.subscriptions.usage("sub_1", event));
    expect(error).toBeInstanceOf(FarthingError);
    expect(error).toMatchObject({
      name: "FarthingError",
      status: 400,
      code: "body_invalid",
      message: "Not the documented form.",
      requestId: "req_42",
      details: errors,
    });
  });

  test("carries everything a problem of the operator API says", async () => {
    const { farthing } = clientUnderTest(server.url);
    const problem = {
      type: "https://farthing.example/errors/plan_not_found",
      title: "Not found",
      status: 404,
      detail: "No plan has this id.",
      code: "plan_not_found",
      request_id: "req_43",
      errors: [],
    };
    server.script({
      status: 404,
      headers: { "content-type": "application/problem+json" },
      json: problem,
    });
    expect(await rejectionOf(farthing.request("GET", "/v1/plans/plan_x"))).toMatchObject({
      status: 404,
      code: "plan_not_found",
      message: "No plan has this id.",
      requestId: "req_43",
      body: problem,
    });
  });

  test.each([
    {
      because: "a body of plain text in error",
      reply: { status: 400, json: { error: "quantity must be greater than zero" } },
      seen: { status: 400, code: "http_400", message: "quantity must be greater than zero" },
    },
    {
      because: "a proxy's page, with the request id of its header",
      reply: { status: 502, text: "<html>", headers: { "x-request-id": "req_44" } },
      seen: { status: 502, code: "http_502", requestId: "req_44", body: "<html>" },
    },
    {
      because: "a success that is not JSON",
      reply: { status: 200, text: "<html>Welcome</html>" },
      seen: { status: 200, code: "answer_unreadable" },
    },
    {
      because: "a success that is JSON of another server",
      reply: { status: 201, json: { hello: "world" } },
      seen: { status: 201, code: "answer_unreadable", body: { hello: "world" } },
    },
    {
      because: "a redirect, which is not followed",
      reply: { status: 301, headers: { location: "/elsewhere" } },
      seen: {
        status: 301,
        code: "http_301",
        message: "The server answered with a redirect. Check baseUrl.",
      },
    },
  ] satisfies { because: string; reply: Reply; seen: object }[])(
    "describes $because",
    async ({ reply, seen }) => {
      const { farthing } = clientUnderTest(server.url, noRetry);
      server.script(reply);
      const error = await rejectionOf(farthing.billingPlans.get("plan_1"));
      expect(error).toBeInstanceOf(FarthingError);
      expect(error).toMatchObject(seen);
      expect(server.received).toHaveLength(1);
    },
  );

  test("says that nobody answered, and keeps the cause", async () => {
    const closed = await startWireServer();
    await closed.close();
    const { farthing } = clientUnderTest(closed.url, noRetry);
    const error = await rejectionOf(farthing.billingPlans.get("plan_1"));
    expect(error).toBeInstanceOf(FarthingConnectionError);
    expect(error).toMatchObject({ code: "connection_failed", cause: expect.any(Error) });
    expect((error as Error).message).toContain(closed.url);
  });

  test("never shows the access token", async () => {
    const { farthing } = clientUnderTest(server.url, noRetry);
    server.script(refusal(500));
    const error = (await rejectionOf(farthing.billingPlans.get("plan_1"))) as Error;
    const shown = JSON.stringify([error, error.message, error.stack, farthing]);
    expect(shown).not.toContain("secret-part");
  });
});
