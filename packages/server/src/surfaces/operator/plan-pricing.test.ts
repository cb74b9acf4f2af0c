import { afterAll, beforeAll, expect, test } from "vitest";
import { problemErrors } from "#platform/http/problem.ts";
import { startTestServer, type TestServer } from "#test/support/http/test-server.ts";
import { manualClock } from "#test/support/manual-clock.ts";
import { planRoutes } from "./plans.ts";

const shipping = { name: "Business Plan", currency: "JMD", interval: { unit: "month" } };

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer(manualClock(Date.UTC(2026, 0, 31)), (parts) => [
    { name: "operator", owns: "/v1", errors: problemErrors, routes: [planRoutes(parts)] },
  ]);
  token = await server.issueToken(["billing:write"]);
});
afterAll(() => server.close());

async function post(url: string, payload: object) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await server.app.inject({ method: "POST", url, headers, payload });
  return { status: answer.statusCode, json: answer.json() };
}

test.each([
  {
    model: { type: "package", package_size: "10", package_price: "15" },
    shown: { included_quantity: "0" },
  },
  {
    model: { type: "percentage", rate: "0.029" },
    shown: {
      included_quantity: "0",
      fee_per_event: "0",
      included_events: "0",
      fee_minimum: null,
      fee_maximum: null,
    },
  },
  {
    model: {
      type: "percentage",
      rate: "0.029",
      fee_per_event: "0.3",
      fee_minimum: "0.5",
      fee_maximum: null,
    },
    shown: { included_quantity: "0", included_events: "0" },
  },
  {
    model: {
      type: "graduated_percentage",
      tiers: [{ up_to: null, rate: "0.01", flat_price: "3" }],
    },
    shown: { included_quantity: "0" },
  },
  {
    model: {
      type: "volume",
      tiers: [{ up_to: null, unit_price: "1", flat_price: "0", package_size: "100" }],
    },
    shown: { included_quantity: "0" },
  },
])("201: a model of $model.type, as it was sent", async ({ model, shown }) => {
  const price = { kind: "usage", name: "Sales", metric: "sales", model };
  const limits = { minimum_spend: "10", maximum_spend: null };
  const body = { ...shipping, prices: [{ ...price, ...limits }], maximum_spend: "500.5" };
  const { status, json } = await post("/v1/plans", body);
  expect(status).toBe(201);
  expect(json).toMatchObject({ minimum_spend: null, maximum_spend: "500.50" });
  expect(json.prices).toEqual([
    {
      ...price,
      meter: "sales",
      aggregation: "sum",
      property: null,
      filters: {},
      id: expect.any(String),
      billed: "arrears",
      model: { ...model, ...shown },
      minimum_spend: "10.00",
      maximum_spend: null,
    },
  ]);
});

test("400 plan_invalid: every fault of a model and its limits at once", async () => {
  const model = {
    type: "percentage",
    rate: "2.9",
    fee_minimum: "2",
    fee_maximum: "1",
    included_events: "1",
  };
  const price = { kind: "usage", name: "Sales", metric: "sales", model, minimum_spend: "0" };
  const { status, json } = await post("/v1/plans", { ...shipping, prices: [price] });
  expect(status).toBe(400);
  expect(json).toMatchObject({
    code: "plan_invalid",
    errors: [
      {
        path: "/prices/0/model/rate",
        message: "a rate is a share from 0 to 1: 0.029 for 2.9 %",
      },
      { path: "/prices/0/model/fee_maximum" },
      {
        path: "/prices/0/model",
        message: "a fee with a minimum or maximum has nothing included",
      },
      { path: "/prices/0/minimum_spend" },
    ],
  });
});
