import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatId } from "#kernel/ids.ts";
import { createEndpoint } from "#modules/webhooks/index.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { relayEvents, sendDueWebhooks, testDialects } from "#test/support/webhook-traffic.ts";
import { eventRoutes } from "./events.ts";
import { webhookDeliveryRoutes } from "./webhook-deliveries.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
let server: TestServer;
let receiver: WebhookReceiver;
let token: string;
let foreign: string;
let endpointId: bigint;
let nudges = 0;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  server = await startTestServer(clock, () => [
    {
      name: "operator",
      owns: "/v1",
      errors: problemErrors,
      routes: [
        eventRoutes(testDialects),
        webhookDeliveryRoutes({
          clock,
          onResend: () => {
            nudges += 1;
          },
        }),
      ],
    },
  ]);
  token = await server.issueToken(["billing:read", "billing:write"], { side: "sandbox" });
  foreign = await server.issueToken(["billing:read", "billing:write"]);
  await tellThree();
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

/** Three events, told to an endpoint that has no room for the last one. */
async function tellThree(): Promise<void> {
  const { db, newId } = server;
  const dialects = testDialects;
  const { projectId } = server.projects.sandbox;
  const wish = { url: receiver.url, side: "sandbox", dialect: "native", eventTypes: null } as const;
  ({ endpointId } = await db.inProject(projectId, (tx) =>
    createEndpoint(tx, { clock, newId, dialects }, wish),
  ));
  receiver.answerWith((response, { body }) => {
    response.writeHead(body.includes('"number":3') ? 503 : 200).end();
  });
  const parts = { db, clock, newId, dialects };
  const happenings = [1, 2, 3].map((number) => ({
    type: "invoice.paid",
    data: { invoice: { number } },
  }));
  await relayEvents(parts, { projectId, customerId: newId() }, happenings);
  await sendDueWebhooks(parts);
}

async function call(method: "GET" | "POST", url: string, bearer = token, body?: object) {
  const headers = { authorization: `Bearer ${bearer}` };
  const payload = body === undefined ? {} : { payload: body };
  const response = await server.app.inject({ method, url, headers, ...payload });
  return { status: response.statusCode, body: response.json() };
}

const deliveriesPath = () =>
  `/v1/webhook_endpoints/${formatId("webhookEndpoint", endpointId)}/deliveries`;

describe("GET /v1/webhook_endpoints/:id/deliveries", () => {
  test("200: newest event first, with each attempt", async () => {
    const { status, body } = await call("GET", deliveriesPath());
    expect(status).toBe(200);
    expect(body).toMatchObject({ has_more: false, next_cursor: null });
    expect(body.data).toHaveLength(3);
    expect(body.data[0]).toEqual({
      id: expect.stringMatching(/^dlv_[0-9a-z]{26}$/),
      endpoint: formatId("webhookEndpoint", endpointId),
      event: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      event_number: 3,
      event_type: "invoice.paid",
      status: "pending",
      next_attempt_at: "2026-01-01T00:00:05.000Z",
      created_at: "2026-01-01T00:00:00.000Z",
      delivered_at: null,
      attempts: [
        {
          number: 1,
          started_at: "2026-01-01T00:00:00.000Z",
          duration_ms: 0,
          status: 503,
          error: null,
        },
      ],
    });
    expect(body.data[1]).toMatchObject({ status: "delivered", attempts: [{ status: 200 }] });
  });

  test("200: in pages", async () => {
    const first = await call("GET", `${deliveriesPath()}?limit=2`);
    expect(first.body).toMatchObject({
      has_more: true,
      data: [{ event_number: 3 }, { event_number: 2 }],
    });
    const second = await call("GET", `${deliveriesPath()}?cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ has_more: false, data: [{ event_number: 1 }] });
  });

  test("404: the other side's", async () => {
    expect(await call("GET", deliveriesPath(), foreign)).toMatchObject({
      status: 404,
      body: { code: "webhook_endpoint_not_found" },
    });
  });
});

describe("POST /v1/webhook_deliveries/:id/resend", () => {
  test("200: it is due at once, and the sender is nudged", async () => {
    const { body } = await call("GET", deliveriesPath());
    const id = body.data[2].id;
    clock.moveBy(1000);
    expect(await call("POST", `/v1/webhook_deliveries/${id}/resend`)).toMatchObject({
      status: 200,
      body: { id, status: "pending", next_attempt_at: "2026-01-01T00:00:01.000Z" },
    });
    expect(nudges).toBe(1);
  });

  test("404: unknown, malformed, and the other side's", async () => {
    const { body } = await call("GET", deliveriesPath());
    const unknown = `dlv_${"0".repeat(26)}`;
    const tries = [call("POST", `/v1/webhook_deliveries/${unknown}/resend`)];
    tries.push(call("POST", "/v1/webhook_deliveries/nonsense/resend"));
    tries.push(call("POST", `/v1/webhook_deliveries/${body.data[0].id}/resend`, foreign));
    for (const answer of await Promise.all(tries)) {
      expect(answer).toMatchObject({ status: 404, body: { code: "webhook_delivery_not_found" } });
    }
  });

  test("403: without the scope to write", async () => {
    const reader = await server.issueToken(["billing:read"], { side: "sandbox" });
    expect(await call("POST", "/v1/webhook_deliveries/dlv_1/resend", reader)).toMatchObject({
      status: 403,
    });
  });
});

describe("POST /v1/webhook_endpoints/:id/resend_failed", () => {
  const path = (id: string) => `/v1/webhook_endpoints/${id}/resend_failed`;
  const resend = (since: string, id = formatId("webhookEndpoint", endpointId), bearer = token) =>
    call("POST", path(id), bearer, { since });
  const since = "2026-01-01T00:00:00Z";

  test("200: what failed is due again, and the sender is nudged", async () => {
    const { projectId } = server.projects.sandbox;
    await server.db.inProject(projectId, (tx) =>
      tx.query(
        "update webhook_delivery set status = 'failed', next_attempt_at = null where event_number = 3",
      ),
    );
    const nudgesBefore = nudges;
    expect(await resend(since)).toEqual({ status: 200, body: { resent: 1 } });
    expect(await resend(since)).toEqual({ status: 200, body: { resent: 0 } });
    expect(nudges).toBe(nudgesBefore + 2);
  });

  test("400: a time that is none", async () => {
    expect(await resend("2126-01-01T00:00:00Z")).toMatchObject({
      status: 400,
      body: { code: "time_invalid" },
    });
    expect(await resend("yesterday")).toMatchObject({ status: 400 });
  });

  test("404: unknown, and the other side's", async () => {
    expect(await resend(since, "whe_0000000000001")).toMatchObject({ status: 404 });
    expect(await resend(since, undefined, foreign)).toMatchObject({ status: 404 });
  });
});

describe("GET /v1/events", () => {
  test("200: what the webhooks said, from any number on", async () => {
    const { body } = await call("GET", "/v1/events?after=1&limit=1");
    expect(body).toMatchObject({ has_more: true, next_cursor: "2", read_to: 2 });
    expect(body.data).toMatchObject([{ number: 2 }]);
    const rest = await call("GET", "/v1/events?after=2");
    expect(rest.body).toMatchObject({ has_more: false, next_cursor: null, read_to: 3 });
    const told = receiver.received.map((entry) => JSON.parse(entry.body));
    expect(rest.body.data).toEqual(told.filter(({ number }) => number === 3));
  });

  test("200: of some types only, and in a dialect's words", async () => {
    const none = await call("GET", "/v1/events?types=payment.succeeded,webhook_endpoint.disabled");
    expect(none.body).toEqual({
      data: [],
      read_to: 3,
      last_number: 3,
      next_cursor: null,
      has_more: false,
    });
    const some = await call("GET", "/v1/events?types=invoice.paid&after=2&dialect=native");
    const [event] = some.body.data;
    const told = receiver.received.map((entry) => entry.body);
    expect(told).toContain(event.message.body);
    expect(event.message.type).toBe("invoice.paid");
    const metered = await call("GET", "/v1/events?dialect=metered&limit=1");
    expect(metered.body.data).toMatchObject([{ message: null }]);
  });

  test("400: a type that there is not, and one that is none", async () => {
    expect(await call("GET", "/v1/events?types=invoice.payed")).toMatchObject({
      status: 400,
      body: { code: "webhook_event_type_unknown", details: { unknown: ["invoice.payed"] } },
    });
    expect(await call("GET", "/v1/events?types=,")).toMatchObject({ status: 400 });
  });

  test("200: nothing of the other side's", async () => {
    expect((await call("GET", "/v1/events", foreign)).body.data).toEqual([]);
  });

  test("400: a number that is none", async () => {
    for (const after of ["-1", "1.5", "abc", "9007199254740993"]) {
      expect(await call("GET", `/v1/events?after=${after}`)).toMatchObject({ status: 400 });
    }
  });
});

test("no route refused with a code that it does not declare", () => {
  expect(server.undeclared).toEqual([]);
});
