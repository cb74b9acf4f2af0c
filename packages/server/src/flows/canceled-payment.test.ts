import { afterAll, beforeAll, expect, test } from "vitest";
import { settleFound } from "#flows/settle-payment/settle-found.ts";
import { present } from "#kernel/assert.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { waitsForPayer } from "#modules/payments/domain/index.ts";
import {
  type BillingWorld,
  createBillingWorld,
  type Owing,
  PAID,
} from "#test/support/payments/billing-world.ts";

let world: BillingWorld;
beforeAll(async () => {
  world = await createBillingWorld();
});
afterAll(() => world.close());

const railRefOf = async ({ invoice }: Owing) => (await world.paymentOf(invoice)).railRef;
const outcomesOf = async (owing: Owing) => {
  const attempts = await world.attemptsOf(owing);
  return attempts.map(({ failureCode, outcome }) => failureCode ?? outcome);
};

/** How every charge of the customer ended, whichever of the rail's payments it was of. */
async function chargesBesideCanceled(owing: Owing): Promise<string[]> {
  const [{ customer } = { customer: null }] = await world.chargesOf(owing);
  const charges = world.sandbox.journal.charges().filter((charge) => charge.customer === customer);
  return charges.map(({ status }) => status);
}

/** Somebody whose card was not charged, and whose payment was then canceled at the provider. */
async function failedAndCanceled(card = "pm_card_chargeCustomerFail") {
  const owing = await world.newOwing(card);
  await world.collect(owing);
  const ref = present(await railRefOf(owing), "the rail has made its payment");
  await world.line.cancelPayment(ref);
  await world.giveCard(owing.payment.customerId, "pm_card_visa");
  return { owing, ref };
}

test("an attempt at it fails, and the next of the schedule is made with another payment", async () => {
  const { owing, ref } = await failedAndCanceled();

  expect(await world.collect(owing)).toMatchObject({
    type: "settled",
    payment: { status: "pending", lastFailureCode: "payment_canceled", railRef: null },
  });
  expect(await world.collect(owing)).toEqual({ type: "taken" });
  expect(await world.stateOf(owing)).toMatchObject({ subscription: "past_due", invoice: "open" });
  world.clock.moveBy(DAY_MS);
  await world.collect(owing);

  expect(await outcomesOf(owing)).toEqual(["generic_decline", "payment_canceled", "succeeded"]);
  expect(await railRefOf(owing)).not.toBe(ref);
  expect(await world.stateOf(owing)).toEqual(PAID);
  expect(await chargesBesideCanceled(owing)).toEqual(["failed", "succeeded"]);
});

test("told between two attempts, the next one makes another payment and fails no more for it", async () => {
  const { owing, ref } = await failedAndCanceled();
  const answer = await world.rail.retrievePayment(ref);
  if (answer.type !== "ok") throw new Error("the rail shows its payments");

  await settleFound(world.collector, world.projectId, owing.payment, answer.value);
  expect(await railRefOf(owing)).toBeNull();
  await world.collect(owing);
  await settleFound(world.collector, world.projectId, owing.payment, answer.value);

  expect(await outcomesOf(owing)).toEqual(["generic_decline", "succeeded"]);
  expect(await world.stateOf(owing)).toEqual(PAID);
  expect(await chargesBesideCanceled(owing)).toEqual(["failed", "succeeded"]);
});

test("while its payer was waited for, it waits for nobody any more: the next one has to be made first", async () => {
  const { owing, ref } = await failedAndCanceled("pm_card_authenticationRequired");
  expect(waitsForPayer(await world.paymentOf(owing.invoice))).toBe(true);
  const answer = await world.rail.retrievePayment(ref);
  if (answer.type !== "ok") throw new Error("the rail shows its payments");

  await settleFound(world.collector, world.projectId, owing.payment, answer.value);

  expect(waitsForPayer(await world.paymentOf(owing.invoice))).toBe(false);
});
