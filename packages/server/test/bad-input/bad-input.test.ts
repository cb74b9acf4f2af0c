import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answer, createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { rowCounts } from "#test/support/row-counts.ts";
import { type WriteRoute, type WriteRoutes, writeRoutesOf } from "#test/support/write-routes.ts";

let shop: TestApp;
let known: WriteRoutes;
let before: Record<string, number>;
let revoked: string;
beforeAll(async () => {
  shop = await createTestApp();
  known = await writeRoutesOf(shop);
  revoked = await revokedToken();
  await shop.settle();
  before = await rowCounts(shop.ownerUrl);
});
afterAll(() => shop.stop());

async function revokedToken(): Promise<string> {
  const body = { name: "short-lived", scopes: ["billing:write", "usage:write"] };
  const { body: made } = await shop.call("POST", "/v1/access_tokens", { body });
  await shop.call("DELETE", `/v1/access_tokens/${made.id}`);
  return made.token;
}

/** Sends a body as it stands: JSON text, or something that is none. */
function send({ method, path }: WriteRoute, text: string, headers: object = {}): Promise<Answer> {
  return shop.call(method, path, {
    body: text,
    headers: { "content-type": "application/json", ...headers },
  });
}

const isMetered = ({ path }: WriteRoute) => path.startsWith("/api/v1");

/** Holds an answer to a refusal of this status and code, in the form of its own surface. */
function expectRefusal(route: WriteRoute, answer: Answer, status: number, code: string): void {
  const { body, headers } = answer;
  const [type, form] = isMetered(route)
    ? ["application/json", { state: "error", error: { code, message: WORDS } }]
    : ["application/problem+json", { code, status, title: WORDS }];
  expect({
    route: `${route.method} ${route.path}`,
    status: answer.status,
    type: String(headers["content-type"]).split(";")[0],
    body,
  }).toMatchObject({
    route: `${route.method} ${route.path}`,
    status,
    type,
    body: { ...form, request_id: WORDS },
  });
}

const WORDS = expect.stringMatching(/./);

const expectNothingStored = async () => expect(await rowCounts(shop.ownerUrl)).toEqual(before);

/** The same request with a text in the place of its first text, however deep. */
function withText(body: Json, text: string): string {
  let isDone = false;
  return JSON.stringify(body, (_, value) => {
    if (isDone || typeof value !== "string") return value;
    isDone = true;
    return text;
  });
}

describe("every route that takes a body", () => {
  const bodies = [
    { because: "text that is no JSON", text: () => '{"name": ', code: "body_malformed" },
    { because: "two values", text: () => "{} {}", code: "body_malformed" },
    { because: "a number that is none", text: () => '{"price": NaN}', code: "body_malformed" },
    { because: "a text", text: () => '"name"', code: "body_invalid" },
    { because: "a number", text: () => "1", code: "body_invalid" },
    { because: "an empty list", text: () => "[]", code: "body_invalid" },
    {
      because: "an unknown field",
      text: ({ body }: WriteRoute) => JSON.stringify({ ...body, surprise: 1 }),
      code: "body_invalid",
    },
    {
      because: "a prototype",
      text: ({ body }: WriteRoute) =>
        `{"__proto__": {"isAdmin": true}, ${JSON.stringify(body).slice(1)}`,
      code: "body_malformed",
    },
    {
      because: "a constructor's prototype",
      text: () => '{"constructor": {"prototype": {"isAdmin": true}}}',
      code: "body_malformed",
    },
    {
      because: "nesting without end",
      text: () => `${'{"name":'.repeat(20_000)}1${"}".repeat(20_000)}`,
      code: "body_malformed",
    },
  ];

  test.each(bodies)("refuses $because with 400", async ({ text, code }) => {
    for (const route of known.routes)
      expectRefusal(route, await send(route, text(route)), 400, code);
    await expectNothingStored();
  });

  test("refuses null with 400 where a body is needed", async () => {
    for (const route of known.routes.filter(({ mayBeEmpty }) => !mayBeEmpty)) {
      expectRefusal(route, await send(route, "null"), 400, "body_invalid");
    }
    await expectNothingStored();
  });

  test.each([
    { because: "a NUL character", text: "a\0b" },
    { because: "half of a surrogate pair", text: "a\ud800b" },
  ])("refuses $because in a text with 400", async ({ text }) => {
    for (const route of known.routes) {
      const body = withText(route.body, text);
      if (body === JSON.stringify(route.body)) continue;
      expectRefusal(route, await send(route, body), 400, "body_invalid");
    }
    await expectNothingStored();
  });

  test("refuses each field in a wrong type with 400", async () => {
    for (const route of known.routes) {
      for (const [field, value] of Object.entries(route.body)) {
        for (const wrong of wrongFor(value)) {
          const answer = await send(route, JSON.stringify({ ...route.body, [field]: wrong }));
          expectRefusal(route, answer, 400, "body_invalid");
        }
      }
    }
    await expectNothingStored();
  });

  test("refuses a body of nine megabytes with 413", async () => {
    const text = JSON.stringify({ name: "x".repeat(9 * 1024 * 1024) });
    for (const route of known.routes) {
      expectRefusal(route, await send(route, text), 413, "body_too_large");
    }
    await expectNothingStored();
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "refuses %s with 415",
    async (type) => {
      for (const route of known.routes) {
        const answer = await send(route, "name=Ada", { "content-type": type });
        expectRefusal(route, answer, 415, "media_type_unsupported");
      }
      await expectNothingStored();
    },
  );
});

describe("every route that a token reaches, asked for what it does not offer", () => {
  test("refuses a parameter that it does not know with 400, and makes no write", async () => {
    for (const plain of known.routes) {
      const route = { ...plain, path: `${plain.path}?surprise=1` };
      const answer = await send(route, JSON.stringify(route.body));
      expectRefusal(route, answer, 400, "parameter_invalid");
    }
    await expectNothingStored();
  });

  test("refuses it also where it takes no body", async () => {
    const { body: api } = await shop.call("GET", "/openapi.json", { token: null });
    const routes = Object.entries<Json>(api.paths).flatMap(([path, operations]) =>
      Object.entries<Json>(operations)
        .filter(([, { requestBody, security }]) => requestBody === undefined && security.length > 0)
        .map(([method]) => ({
          method: method.toUpperCase() as WriteRoute["method"],
          path: `${path.replace(/\{\w+\}/, "x")}?surprise=1`,
          body: {},
          isOfObject: true,
          mayBeEmpty: true,
        })),
    );
    expect(routes.length).toBeGreaterThan(30);
    for (const route of routes) {
      const answer = await shop.call(route.method, route.path);
      expectRefusal(route, answer, 400, "parameter_invalid");
    }
    await expectNothingStored();
  });
});

/** Values of other types than this one. A list may be a batch of usage, and is left out. */
function wrongFor(value: unknown): unknown[] {
  const wrong: unknown[] = [{ a: 1 }];
  if (typeof value !== "number") wrong.push(1);
  if (typeof value !== "string") wrong.push("text");
  if (typeof value !== "boolean") wrong.push(true);
  return wrong;
}

describe("every route that takes a body, without the right token", () => {
  const tokens = [
    { because: "none", token: () => null, code: "access_token_missing" },
    { because: "garbage", token: () => "garbage", code: "access_token_invalid" },
    {
      because: "one with a wrong secret",
      token: () => `${shop.tokens.sandbox}x`,
      code: "access_token_invalid",
    },
    { because: "a revoked one", token: () => revoked, code: "access_token_revoked" },
  ];

  test.each(tokens)("refuses $because with 401", async ({ token, code }) => {
    for (const route of known.routes) {
      const { method, path, body } = route;
      expectRefusal(route, await shop.call(method, path, { body, token: token() }), 401, code);
    }
    await expectNothingStored();
  });

  test("refuses one that may only read with 403", async () => {
    const token = await shop.issueToken(["billing:read"]);
    before = await rowCounts(shop.ownerUrl);
    for (const route of known.routes) {
      const { method, path, body } = route;
      expectRefusal(route, await shop.call(method, path, { body, token }), 403, "scope_missing");
    }
    await expectNothingStored();
  });

  test.each(["live", "other"] as const)("finds nothing with a token of %s", async (whose) => {
    for (const route of known.routes.filter(({ isOfObject }) => isOfObject)) {
      const { method, path, body } = route;
      const answer = await shop.call(method, path, { body, token: shop.tokens[whose] });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    await expectNothingStored();
  });
});

/** What is wrong with an event, whichever way it comes. */
const events = [
  { because: "an unknown metric", change: { metric: "parcels" }, code: "usage_metric_unknown" },
  {
    because: "a time in the year 9999",
    change: { occurred_at: "9999-12-31T00:00:00Z" },
    code: "time_invalid",
  },
  {
    because: "a day there is not",
    change: { occurred_at: "2026-02-30T00:00:00Z" },
    code: "time_invalid",
  },
  {
    because: "a time without a zone",
    change: { occurred_at: "2026-01-02T00:00:00" },
    code: "time_invalid",
  },
  {
    because: "tomorrow",
    change: { occurred_at: "2026-01-04T12:00:00Z" },
    code: "usage_too_early",
  },
  {
    because: "a time before it began",
    change: { occurred_at: "2025-12-31T00:00:00Z" },
    code: "usage_outside_subscription",
  },
  { because: "an empty reference", change: { reference_id: "" }, code: "body_invalid" },
  {
    because: "a reference of 201 characters",
    change: { reference_id: "r".repeat(201) },
    code: "body_invalid",
  },
];
const DIGITS = "1234567890".repeat(4);
const operatorQuantities = [
  { because: "1e400 as a text", quantity: '"1e400"', code: "quantity_invalid" },
  { because: "40 digits", quantity: `"${DIGITS}"`, code: "quantity_invalid" },
  { because: "ten decimals", quantity: '"0.0000000001"', code: "quantity_invalid" },
  { because: "zero", quantity: '"0"', code: "quantity_invalid" },
  { because: "words", quantity: '"many"', code: "quantity_invalid" },
  { because: "digits of another script", quantity: '"١٢"', code: "quantity_invalid" },
  { because: "1e400 as a number", quantity: "1e400", code: "body_invalid" },
  { because: "a number", quantity: "1", code: "body_invalid" },
];
const meteredCounts = [
  { because: "1e400 as a number", quantity: "1e400", code: "body_invalid" },
  { because: "1e400 as a text", quantity: '"1e400"', code: "body_invalid" },
  { because: "40 digits", quantity: DIGITS, code: "body_invalid" },
  { because: "16 digits", quantity: "1234567890.123456", code: "body_invalid" },
  { because: "1e30", quantity: "1e30", code: "quantity_invalid" },
  { because: "ten decimals", quantity: "1e-10", code: "body_invalid" },
  { because: "the smallest number there is", quantity: "5e-324", code: "body_invalid" },
  { because: "zero", quantity: "0", code: "quantity_invalid" },
  { because: "less than nothing of nothing", quantity: "-0", code: "quantity_invalid" },
];

describe("usage", () => {
  let operator: WriteRoute;
  let metered: WriteRoute;
  beforeEach(async () => {
    const routeOf = (path: string) => known.routes.find((route) => route.path === path);
    const meteredPath = `/api/v1/billing_subscriptions/${known.subscription.id}/usage`;
    const found = [routeOf("/v1/usage"), routeOf(meteredPath)];
    if (found[0] === undefined || found[1] === undefined)
      throw new Error("usage is reported there");
    [operator, metered] = [found[0], found[1]];
    before = await rowCounts(shop.ownerUrl);
  });

  test.each(events)("is refused for $because, and nothing is stored", async ({ change, code }) => {
    for (const route of [operator, metered]) {
      const text = JSON.stringify({ ...route.body, ...change });
      expectRefusal(route, await send(route, text), 400, code);
    }
    await expectNothingStored();
  });

  test.each(operatorQuantities)(
    "is refused for a quantity of $because",
    async ({ quantity, code }) => {
      const text = JSON.stringify(operator.body).replace(
        '"quantity":"1"',
        `"quantity":${quantity}`,
      );
      expectRefusal(operator, await send(operator, text), 400, code);
      await expectNothingStored();
    },
  );

  test.each(meteredCounts)(
    "is refused for a metric_count of $because",
    async ({ quantity, code }) => {
      const text = `{"metric": "packages", "metric_count": ${quantity}}`;
      expectRefusal(metered, await send(metered, text), 400, code);
      await expectNothingStored();
    },
  );

  test("is refused for a subscription that is unknown, closed, or another project's", async () => {
    const { closed, subscription } = known;
    const at = (uid: string) => ({
      ...metered,
      path: `/api/v1/billing_subscriptions/${uid}/usage`,
    });
    const of = (uid: string) => JSON.stringify({ ...operator.body, subscription: uid });
    const one = JSON.stringify(metered.body);
    const unknown = `sub_${"0".repeat(26)}`;

    expectRefusal(operator, await send(operator, of(unknown)), 404, "subscription_not_found");
    expectRefusal(operator, await send(operator, of("sub_x")), 404, "subscription_not_found");
    expectRefusal(metered, await send(at(unknown), one), 404, "subscription_not_found");
    expectRefusal(metered, await send(at("'; drop table"), one), 404, "subscription_not_found");
    expectRefusal(operator, await send(operator, of(closed.id)), 409, "subscription_closed");
    expectRefusal(metered, await send(at(closed.id), one), 409, "subscription_closed");
    for (const whose of ["live", "other"] as const) {
      const headers = { authorization: `Bearer ${shop.tokens[whose]}` };
      const [native, foreign] = [of(subscription.id), at(subscription.id)];
      expectRefusal(operator, await send(operator, native, headers), 404, "subscription_not_found");
      expectRefusal(metered, await send(foreign, one, headers), 404, "subscription_not_found");
    }
    await expectNothingStored();
  });

  test("in a batch only the bad events are refused, on the operator's API as well", async () => {
    const { body } = operator;
    const batch = [
      { ...body, reference_id: "good-1" },
      ...events.map(({ change }, index) => ({ ...body, reference_id: `bad-${index}`, ...change })),
      null,
      1,
      "text",
      [],
      {},
      { ...body, reference_id: "good-2" },
    ];

    const answer = await send(operator, JSON.stringify(batch));

    const statuses = answer.body.results.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(["recorded", ...batch.slice(2).map(() => "refused"), "recorded"]);
    expect(answer.body).toMatchObject({ recorded: 2, duplicates: 0, refused: batch.length - 2 });
    const after = await rowCounts(shop.ownerUrl);
    expect(after["usage_event"]).toBe((before["usage_event"] ?? 0) + 2);
    expect(after["usage_counter"]).toBe((before["usage_counter"] ?? 0) + 1);
  });
});
