import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endedAt } from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import { flatPrice } from "#test/support/builders/plan.ts";
import { type BillingWorld, createBillingWorld } from "#test/support/payments/billing-world.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { pageErrors } from "./errors.ts";
import { payRoutes } from "./routes.ts";

let world: BillingWorld;
let app: FastifyInstance;
let returns = 0;

beforeAll(async () => {
  world = await createBillingWorld();
  const routes = [
    payRoutes({
      ...world.collector,
      publicUrl: "https://billing.example",
      onReturn: () => void (returns += 1),
    }),
  ];
  app = await world.serve([
    { name: "pay", owns: "/pay", errors: pageErrors, sends: "pages", routes },
  ]);
});
afterAll(async () => {
  await app.close();
  await world.close();
});

const get = (path: string) => app.inject({ method: "GET", url: path });
async function newLink() {
  const { subscription, paymentUrl } = await world.newSubscription({
    prices: [flatPrice("2999.00")],
  });
  return { subscription, path: new URL(paymentUrl ?? "").pathname };
}

describe("GET /pay/:id", () => {
  test("303: to the rail's page", async () => {
    const answer = await get((await newLink()).path);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toMatch(/\/pay\/cs_test_/);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("303: to where the merchant wants the payer, once it is done", async () => {
    const { path } = await newLink();
    await payOnPage(world.sandbox, String((await get(path)).headers.location));
    await get(path);
    expect((await get(path)).headers.location).toBe("https://shop.example/thanks");
  });

  test("404: a page that says so, for what is no link", async () => {
    const long = `/pay/${"x".repeat(300)}`;
    for (const path of ["/pay/chk_x", `/pay/chk_${"0".repeat(26)}`, "/pay/a/b/c", long]) {
      const answer = await get(path);
      expect(answer.statusCode).toBe(404);
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.body).toContain("There is nothing at this address");
    }
  });

  test("410: a page that says so, when the subscription has ended", async () => {
    const { path, subscription } = await newLink();
    await world.inProject(async (tx) => {
      const waiting = await getSubscription(tx, subscription);
      await updateSubscriptions(tx, [endedAt(waiting, world.clock.now())]);
    });
    const answer = await get(path);
    expect(answer.statusCode).toBe(410);
    expect(answer.body).toContain("This link has ended");
  });

  test("503: a page with a way to try again, while the rail does not answer", async () => {
    const { path } = await newLink();
    world.line.isCut = true;
    const answer = await get(path);
    world.line.isCut = false;
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain(`href="${path}"`);
    expect((await get(path)).statusCode).toBe(303);
  });
});

describe("GET /pay/:id/return", () => {
  test("303: takes over what was done, and sends the payer on", async () => {
    const { path, subscription } = await newLink();
    const before = returns;
    const back = await payOnPage(world.sandbox, String((await get(path)).headers.location));
    expect(back).toMatch(/^https:\/\/billing\.example\/pay\/chk_\w+\/return\?session_id=cs_test_/);

    const { pathname, search } = new URL(back);
    const answer = await get(pathname + search);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe("https://shop.example/thanks");
    expect(await world.inProject((tx) => getSubscription(tx, subscription))).toMatchObject({
      status: "active",
    });
    expect(returns).toBe(before + 1);
  });

  test("303: back to the rail's page while nothing was done there", async () => {
    const { path } = await newLink();
    const page = (await get(path)).headers.location;
    const answer = await get(`${path}/return?session_id=cs_test_somebody_elses`);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe(page);
  });
});
