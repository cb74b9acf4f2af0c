import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createSandboxRail, type SandboxRail } from "#test/support/payments/sandbox-rail.ts";
import { type RailNoticeDeps, stripeWebhookRoutes } from "./stripe-webhook.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
let line: SandboxRail;
let server: TestServer;
let nudges = 0;
/** Null while everything is configured. */
let rails: RailNoticeDeps["rails"] | null = null;

beforeAll(async () => {
  line = await createSandboxRail(clock, async ({ url, headers, body }) => {
    const target = { method: "POST", url: new URL(url).pathname } as const;
    const { statusCode } = await server.app.inject({ ...target, headers, payload: body });
    return { status: statusCode };
  });
  server = await startTestServer(clock, ({ db }) => {
    const deps = {
      db,
      clock,
      rails: (id: number) => (rails ?? (() => line.rail))(id),
      onNotice: () => void (nudges += 1),
    };
    const routes = [stripeWebhookRoutes(deps)];
    return [{ name: "rails", owns: "/rails", errors: problemErrors, routes }];
  });
});
afterAll(async () => {
  await server.close();
  await line.sandbox.close();
});

const event = (id: string, type = "payment_intent.succeeded") =>
  JSON.stringify({ id, object: "event", type, data: { object: { id: "pi_1", note: "é\u2028" } } });
const signed = (payload: string, atMs = clock.now()) => line.sign(payload, atMs);

async function send(payload: string, signature: string | null, project = "demo-sandbox") {
  const response = await server.app.inject({
    method: "POST",
    url: `/rails/stripe/webhook/${project}`,
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...(signature === null ? {} : { "stripe-signature": signature }),
    },
    payload,
  });
  return { status: response.statusCode, body: response.json() };
}

async function stored(side: "live" | "sandbox" = "sandbox") {
  return server.db.inProject(server.projects[side].projectId, (tx) =>
    tx.query("select rail_ref, type, about, object_ref, handled_at from rail_event order by 1"),
  );
}

describe("POST /rails/stripe/webhook/:project", () => {
  test("200: the event is kept for its project's side, once for ever", async () => {
    const payload = event("evt_1");
    expect(await send(payload, signed(payload))).toEqual({ status: 200, body: { received: true } });
    clock.moveBy(86_400_000);
    expect(await send(payload, signed(payload))).toMatchObject({ status: 200 });
    expect(await stored()).toEqual([
      {
        rail_ref: "evt_1",
        type: "payment_intent.succeeded",
        about: "payment",
        object_ref: "pi_1",
        handled_at: null,
      },
    ]);
    expect(await stored("live")).toEqual([]);
    expect(nudges).toBe(2);
  });

  test("200: what is not followed is kept and done with", async () => {
    const payload = event("evt_2", "charge.succeeded");
    await send(payload, signed(payload), "demo-live");
    expect(await stored("live")).toMatchObject([{ about: null, handled_at: clock.now() }]);
  });

  test("400: not signed, signed for another body, or long ago", async () => {
    const payload = event("evt_3");
    const refused = { status: 400, body: { code: "rail_signature_invalid" } };
    expect(await send(payload, null)).toMatchObject(refused);
    expect(await send(payload, signed(event("evt_4")))).toMatchObject(refused);
    expect(await send(payload, signed(payload, clock.now() - 301_000))).toMatchObject(refused);
    expect(await send(payload, signed(payload, clock.now() + 301_000))).toMatchObject(refused);
    expect(await stored()).toHaveLength(1);
  });

  test.each(["{", "[]", '"text"', "null", "{}"])(
    "400: %s is no event, though signed",
    async (payload) => {
      expect(await send(payload, signed(payload))).toMatchObject({ status: 400 });
    },
  );

  test.each(["nobody-sandbox", "demo", "demo-test", "-live"])(
    "404: %s is no project and side",
    async (project) => {
      const payload = event("evt_5");
      expect(await send(payload, signed(payload), project)).toMatchObject({
        status: 404,
        body: { code: "project_not_found" },
      });
    },
  );
});

test("503 where the side has no key: it says so, and what it logs has no stack", async () => {
  rails = () => {
    throw new BillingError("rail_not_configured", { setting: "STRIPE_SECRET_KEY" });
  };
  const payload = event("evt_6");

  const answer = await send(payload, signed(payload), "demo-live");
  rails = null;

  expect(answer).toMatchObject({
    status: 503,
    body: { code: "rail_not_configured", details: { setting: "STRIPE_SECRET_KEY" } },
  });
  const logged = server.logLines.find((text) => text.includes("rail_not_configured"));
  expect(JSON.parse(logged ?? "{}")).toMatchObject({ level: 40 });
  expect(logged).not.toContain("stack");
});

test("the sandbox's own webhooks are accepted as they come", async () => {
  const before = (await stored("live")).length;
  await line.sendEventsTo("https://billing.example/rails/stripe/webhook/demo-live");
  await line.causeEvent();
  await line.sandbox.idle();
  expect(await stored("live")).toHaveLength(before + 1);
});

test("every refusal that was given is declared", () => {
  expect(server.undeclared).toEqual([]);
});
