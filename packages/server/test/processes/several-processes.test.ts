import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Api, apiOf } from "#test/crash/load/api.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/postgres/test-database.ts";
import { passMinute, withDatabase } from "#test/support/processes/database-process.ts";
import { createFleet, type Fleet, type FleetMember } from "#test/support/processes/fleet.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";

// Loading a server's code takes a busy machine some seconds.
vi.setConfig({ testTimeout: 60_000 });
const TAKEN_OVER = { timeout: 40_000, interval: 100 };

let database: TestDatabase;
let fleet: Fleet;
let receiver: WebhookReceiver;
let apis: readonly Api[];
let workers: readonly FleetMember[];
let plan: string;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database.ownerUrl);
  receiver = await startWebhookReceiver();
  const roles = ["api", "api", "worker", "worker"] as const;
  const [one, other, ...rest] = await Promise.all(roles.map((role) => fleet.start(role)));
  apis = [one, other].map((member) =>
    apiOf({ url: member?.url ?? "", token: member?.token ?? "" }),
  );
  workers = rest;
  await api(0).post("/v1/webhook_endpoints", { url: receiver.url });
  ({ id: plan } = await api(1).post<{ id: string }>("/v1/plans", {
    name: "Monthly",
    currency: "USD",
    interval: { unit: "month" },
    prices: [
      { kind: "flat", name: "Base fee", billed: "advance", amount: "9.00" },
      {
        kind: "usage",
        name: "Calls",
        metric: "calls",
        model: { type: "per_unit", unit_price: "1" },
      },
    ],
  }));
});
afterAll(async () => {
  await fleet.end();
  await receiver.close();
  await database.drop();
});

function api(index: number): Api {
  const found = apis[index % apis.length];
  if (found === undefined) throw new Error("there are two");
  return found;
}

/** Sells the plan so many times, by turns through either API; the opening invoices are for workers. */
async function sell(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const at = api(index);
      const { id: customer } = await at.post<{ id: string }>("/v1/customers", { name: "Ada" });
      const path = `/v1/customers/${customer}/payment_methods`;
      await api(index + 1).post(path, { token: "pm_card_visa" });
      const sold = await at.post<{ id: string }>("/v1/subscriptions", { customer, plan });
      return sold.id;
    }),
  );
}

async function statuses(subscriptions: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    subscriptions.map((id, index) => api(index).get<{ status: string }>(`/v1/subscriptions/${id}`)),
  );
  return found.map(({ status }) => status);
}

const allActive = (subscriptions: readonly string[]) =>
  vi.waitFor(async () => {
    expect(await statuses(subscriptions)).toEqual(subscriptions.map(() => "active"));
  }, TAKEN_OVER);

/** How often each event arrived, by its id. */
function arrivals(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of receiver.received) {
    const id = String(headers["webhook-id"]);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

async function eventIds(): Promise<string[]> {
  const { data } = await api(0).get<{ data: { id: string }[] }>("/v1/events?limit=100");
  return data.map(({ id }) => id);
}

test("two workers do what two APIs take in: each charge, event and message once", async () => {
  const sold = await sell(8);
  await allActive(sold);

  expect(fleet.sandbox.journal.charges().map(({ status }) => status)).toEqual(
    sold.map(() => "succeeded"),
  );
  await vi.waitFor(async () => {
    const ids = await eventIds();
    expect(ids.length).toBeGreaterThanOrEqual(4 * sold.length);
    expect(arrivals()).toEqual(new Map(ids.map((id) => [id, 1])));
  }, TAKEN_OVER);
});

test("the same usage through both APIs at once is counted once", async () => {
  const [subscription = ""] = await sell(1);
  await allActive([subscription]);
  const use = { subscription, metric: "calls", quantity: "1" };
  const references = Array.from({ length: 50 }, (_, index) => `race-${index}`);

  const outcomes = await Promise.all(
    references.flatMap((reference_id) =>
      [0, 1].map((index) =>
        api(index).post<{ status: string }>("/v1/usage", { ...use, reference_id }),
      ),
    ),
  );

  const recorded = outcomes.filter(({ status }) => status === "recorded");
  expect(recorded).toHaveLength(references.length);
  expect(await api(1).get(`/v1/subscriptions/${subscription}/usage`)).toMatchObject({
    metrics: [{ metric: "calls", quantity: "50", event_count: 50 }],
  });
});

test("a worker answers for its health and for nothing else", async () => {
  const [worker] = workers;
  const ask = async (path: string) => (await fetch(`${worker?.url}${path}`)).status;

  expect(await ask("/healthz")).toBe(200);
  expect(await ask("/readyz")).toBe(200);
  expect(await ask("/metrics")).toBe(200);
  expect(await ask("/v1/project")).toBe(404);
  expect(await ask("/openapi.json")).toBe(404);
});

test("what a worker had begun when it was killed is ended by the other, and charged once", async () => {
  const [doomed] = workers;
  const before = fleet.sandbox.journal.charges().length;
  doomed?.process.order({ point: "payment.charged", hits: 1, postmaster: null, killsServer: true });
  const sold = [...(await sell(6))];
  while (doomed?.process.isGone() === false) sold.push(...(await sell(2)));

  // Nobody else may be at it, until the dead one's lease has run out.
  await withDatabase(database.ownerUrl, passMinute);
  await allActive(sold);
  expect(fleet.sandbox.journal.charges()).toHaveLength(before + sold.length);
});

test("a worker that is stopped ends what it has begun, and a new one takes the rest", async () => {
  const [, last] = workers;
  const before = fleet.sandbox.journal.charges().length;
  const sold = await sell(6);
  await last?.process.stop();
  sold.push(...(await sell(2)));
  await fleet.start("worker");

  await allActive(sold);
  expect(last?.process.complaints()).toEqual([]);
  expect(fleet.sandbox.journal.charges()).toHaveLength(before + sold.length);
});
