import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { formatId, formatOwnedId, parseId } from "#kernel/ids.ts";
import { createCustomer } from "#modules/customers/index.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { customerDraft } from "#test/support/builders/customer.ts";
import { engineBy } from "#test/support/builders/engine.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { createSandboxRail, type SandboxRail } from "#test/support/payments/sandbox-rail.ts";
import { paymentMethodRoutes } from "./payment-methods.ts";

const clock = manualClock(Date.UTC(2026, 0, 1));
let line: SandboxRail;
let server: TestServer;
let token: string;
let othersToken: string;
let nudges = 0;

beforeAll(async () => {
  line = await createSandboxRail(clock);
  server = await startTestServer(clock, ({ db, newId }) => {
    const engine = engineBy({ clock, newId });
    const deps = { engine, db, rails: () => line.rail, onCardSaved: () => void (nudges += 1) };
    const routes = [paymentMethodRoutes(deps)];
    return [{ name: "operator", owns: "/v1", errors: problemErrors, routes }];
  });
  token = await server.issueToken(["billing:read", "billing:write"]);
  othersToken = await server.issueToken(["billing:read", "billing:write"], { side: "sandbox" });
});
afterAll(async () => {
  await server.close();
  await line.sandbox.close();
});

async function newCustomer(): Promise<string> {
  const { db, newId, projects } = server;
  const { customerId } = await db.inProject(projects.live.projectId, (tx) =>
    createCustomer(tx, { clock, newId }, customerDraft()),
  );
  return formatId("customer", customerId);
}

interface Call {
  readonly body?: object;
  readonly bearer?: string;
  readonly key?: string;
}

async function call(method: "GET" | "POST" | "DELETE", path: string, options: Call = {}) {
  const { body, bearer = token, key } = options;
  const response = await server.app.inject({
    method,
    url: `/v1/customers/${path}`,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

const save = (customer: string, card: string, options: Call = {}) =>
  call("POST", `${customer}/payment_methods`, { body: { token: card }, ...options });
const list = (customer: string, options?: Call) =>
  call("GET", `${customer}/payment_methods`, options);

describe("POST /v1/customers/:id/payment_methods", () => {
  test("404 subscription_not_found: another customer's does not begin with the card", async () => {
    const [customer, other] = [await newCustomer(), await newCustomer()];
    const subscription = formatOwnedId("subscription", {
      customerId: present(parseId("customer", other), "it has an id"),
      id: 1n,
    });
    const body = { token: "pm_card_visa", subscription };
    expect(await call("POST", `${customer}/payment_methods`, { body })).toMatchObject({
      status: 404,
      body: { code: "subscription_not_found" },
    });
    expect((await list(customer)).body.data).toEqual([]);
  });

  test("201: the card is saved as the one that is charged", async () => {
    const customer = await newCustomer();
    const before = nudges;
    expect(await save(customer, "pm_card_visa")).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^pm_[0-9a-z]{26}$/),
        customer,
        brand: "visa",
        last4: "4242",
        exp_month: 12,
        exp_year: 2030,
        is_default: true,
        created_at: "2026-01-01T00:00:00.000Z",
      },
    });
    expect(nudges).toBe(before + 1);
  });

  test("201: a repeated request saves one card, here and at the rail", async () => {
    const customer = await newCustomer();
    const first = await save(customer, "pm_card_visa", { key: "a-card" });
    expect(await save(customer, "pm_card_visa", { key: "a-card" })).toEqual(first);
    expect((await list(customer)).body.data).toHaveLength(1);
  });

  test("402: a card that its bank refuses", async () => {
    const customer = await newCustomer();
    expect(await save(customer, "pm_card_chargeDeclined")).toMatchObject({
      status: 402,
      body: { code: "payment_method_refused", details: { reason: "generic_decline" } },
    });
    expect((await list(customer)).body.data).toEqual([]);
  });

  test("402: a token that stands for nothing", async () => {
    expect(await save(await newCustomer(), "pm_nonsense")).toMatchObject({ status: 402 });
  });

  test.each([
    { body: {}, because: "it names no card" },
    { body: { token: "4242 4242 4242 4242" }, because: "a number is no token" },
    { body: { token: "pm_card_visa", cvc: "123" }, because: "it has a field too many" },
  ])("400: $because", async ({ body }) => {
    const path = `${await newCustomer()}/payment_methods`;
    expect(await call("POST", path, { body })).toMatchObject({
      status: 400,
      body: { code: "body_invalid" },
    });
  });

  test("401 without a token, 403 without the scope, 404 for a foreign customer", async () => {
    const customer = await newCustomer();
    const reader = await server.issueToken(["billing:read"]);
    expect(await save(customer, "pm_card_visa", { bearer: "" })).toMatchObject({ status: 401 });
    expect(await save(customer, "pm_card_visa", { bearer: reader })).toMatchObject({ status: 403 });
    expect(await save(customer, "pm_card_visa", { bearer: othersToken })).toMatchObject({
      status: 404,
      body: { code: "customer_not_found" },
    });
    expect(await save("cus_nobody", "pm_card_visa")).toMatchObject({ status: 404 });
  });

  test("503: the rail does not answer", async () => {
    const customer = await newCustomer();
    line.isCut = true;
    const answer = await save(customer, "pm_card_visa");
    line.isCut = false;
    expect(answer).toMatchObject({ status: 503, body: { code: "rail_unavailable" } });
    expect(await save(customer, "pm_card_visa")).toMatchObject({ status: 201 });
  });
});

describe("GET /v1/customers/:id/payment_methods", () => {
  test("200: newest first, page by page, one of them the default", async () => {
    const customer = await newCustomer();
    await save(customer, "pm_card_visa");
    await save(customer, "pm_card_mastercard");
    const first = await call("GET", `${customer}/payment_methods?limit=1`);
    expect(first.body).toMatchObject({
      data: [{ brand: "mastercard", is_default: true }],
      has_more: true,
    });
    const next = `${customer}/payment_methods?limit=1&cursor=${first.body.next_cursor}`;
    expect((await call("GET", next)).body).toMatchObject({
      data: [{ brand: "visa", is_default: false }],
      has_more: false,
      next_cursor: null,
    });
  });

  test("400 for a cursor that is none, 404 for a foreign customer", async () => {
    const customer = await newCustomer();
    expect(await call("GET", `${customer}/payment_methods?cursor=x`)).toMatchObject({
      status: 400,
      body: { code: "cursor_invalid" },
    });
    expect(await list(customer, { bearer: othersToken })).toMatchObject({ status: 404 });
  });
});

describe("DELETE /v1/customers/:id/payment_methods/:payment_method", () => {
  test("200: the card is forgotten and another takes its place", async () => {
    const customer = await newCustomer();
    await save(customer, "pm_card_visa");
    const { body: second } = await save(customer, "pm_card_mastercard");
    expect(await call("DELETE", `${customer}/payment_methods/${second.id}`)).toMatchObject({
      status: 200,
      body: { id: second.id, is_default: false },
    });
    expect((await list(customer)).body.data).toMatchObject([{ brand: "visa", is_default: true }]);
  });

  test("404: a card that is gone, another customer's, or a foreign project's", async () => {
    const customer = await newCustomer();
    const { body: card } = await save(customer, "pm_card_visa");
    const path = `${customer}/payment_methods/${card.id}`;
    const another = `${await newCustomer()}/payment_methods/${card.id}`;
    const missing = { status: 404, body: { code: "payment_method_not_found" } };

    expect(await call("DELETE", another)).toMatchObject(missing);
    expect(await call("DELETE", path, { bearer: othersToken })).toMatchObject(missing);
    expect(await call("DELETE", path)).toMatchObject({ status: 200 });
    expect(await call("DELETE", path)).toMatchObject(missing);
    expect(await call("DELETE", `${customer}/payment_methods/pm_x`)).toMatchObject(missing);
  });

  test("503: the rail does not answer, and the card stays", async () => {
    const customer = await newCustomer();
    const { body: card } = await save(customer, "pm_card_visa");
    line.isCut = true;
    const answer = await call("DELETE", `${customer}/payment_methods/${card.id}`);
    line.isCut = false;
    expect(answer).toMatchObject({ status: 503 });
    expect((await list(customer)).body.data).toHaveLength(1);
  });
});

test("two cards saved at once leave one default", async () => {
  const customer = await newCustomer();
  await save(customer, "pm_card_visa");
  await Promise.all(
    ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"].map((card) => save(customer, card)),
  );
  const { body } = await list(customer);
  expect(body.data).toHaveLength(4);
  expect(body.data.filter((method: { is_default: boolean }) => method.is_default)).toHaveLength(1);
});

test("every refusal that was given is declared", () => {
  expect(server.undeclared).toEqual([]);
});
