import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectPayment } from "#flows/collect-payment.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { getPayment, paymentSnapshot, type Rail } from "#modules/payments/index.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { payRoutes } from "#surfaces/pay/routes.ts";
import {
  type BillingWorld,
  createBillingWorld,
  type Owing,
} from "#test/support/payments/billing-world.ts";

const BANK = "https://bank.example/3ds";

/** The bank wants the payer for everything, until the payer has satisfied it. */
const bank = { isSatisfied: false, visits: [] as string[] };

function withBank(rail: Rail): Rail {
  const code = "authentication_required";
  return {
    ...rail,
    async confirmPayment(...call) {
      if (bank.isSatisfied) return rail.confirmPayment(...call);
      return { type: "needs_action", code, chargeRef: null };
    },
    async authenticatePayment(ref, _methodRef, { returnUrl }) {
      bank.visits.push(returnUrl);
      const answer = await rail.retrievePayment(ref);
      if (answer.type !== "ok") return answer;
      return { type: "ok", value: { ...answer.value, status: "needs_action", actionUrl: BANK } };
    },
  };
}

let world: BillingWorld;
let app: FastifyInstance;
beforeAll(async () => {
  world = await createBillingWorld(withBank);
  const deps = { ...world.collector, publicUrl: world.engine.publicUrl, onReturn: () => undefined };
  app = await world.serve([
    { name: "pay", owns: "/pay", errors: problemErrors, sends: "pages", routes: [payRoutes(deps)] },
  ]);
});
afterAll(async () => {
  await app.close();
  await world.close();
});

async function waiting() {
  bank.isSatisfied = false;
  const owing = await world.newOwing();
  await collectPayment(world.collector, { ...owing.payment, projectId: world.projectId });
  const link = `/pay/${formatOwnedId("payment", owing.payment)}`;
  return { owing, link, get: (path = link) => app.inject({ method: "GET", url: path }) };
}

/** What the rail does once the bank is satisfied: it confirms its own payment. */
async function satisfy({ invoice, payment }: Owing): Promise<void> {
  bank.isSatisfied = true;
  const { railRef } = await world.paymentOf(invoice);
  const card = await world.giveCard(payment.customerId, "pm_card_visa");
  await world.rail.confirmPayment(railRef ?? "", card.railRef, "by the bank");
}

test("a charge that the bank wants the payer for waits with a link, and says so", async () => {
  const { owing, link } = await waiting();

  expect(await world.stateOf(owing)).toMatchObject({ subscription: "past_due", invoice: "open" });
  const payment = await world.inProject((tx) => getPayment(tx, owing.payment));
  const { publicUrl } = world.engine;
  expect(paymentSnapshot(payment, publicUrl)).toMatchObject({
    status: "pending",
    failure_code: "authentication_required",
    action_url: publicUrl + link,
  });
  const events = await world.eventsOf(owing.payment.customerId);
  expect(events.slice(-3)).toEqual([
    "payment.failed",
    "payment.action_required",
    "subscription.past_due",
  ]);
});

test("the link leads to the bank's page, which leads back to us", async () => {
  const { link, get } = await waiting();

  const answer = await get();

  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe(BANK);
  expect(bank.visits.at(-1)).toBe(`${world.engine.publicUrl}${link}/return`);
});

test("who comes back having satisfied the bank has paid, once", async () => {
  const { owing, link, get } = await waiting();
  await satisfy(owing);

  const answer = await get(`${link}/return`);

  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain("it is paid");
  expect(await world.stateOf(owing)).toMatchObject({ subscription: "active", invoice: "paid" });
  expect((await get()).body).toContain("it is paid");
  const charges = await world.chargesOf(owing);
  expect(charges.filter(({ status }) => status === "succeeded")).toHaveLength(1);
  const events = await world.eventsOf(owing.payment.customerId);
  expect(events.filter((type) => type === "payment.succeeded")).toHaveLength(1);
});

test("who comes back without it may try again, and nothing was charged", async () => {
  const { owing, link, get } = await waiting();

  const answer = await get(`${link}/return`);

  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain("not finished");
  expect(answer.body).toContain(`href="${link}"`);
  expect(await world.chargesOf(owing)).toEqual([]);
});

test("a payment that nobody waits for, and one that is none, lead nowhere", async () => {
  const nobodys = formatOwnedId("payment", { customerId: 1n, id: 2n });
  expect((await app.inject({ url: `/pay/${nobodys}` })).statusCode).toBe(404);
  expect((await app.inject({ url: "/pay/pay_x" })).statusCode).toBe(404);
});
