import { afterAll, beforeAll, expect, test } from "vitest";
import { settleFound } from "#flows/settle-payment/settle-found.ts";
import { present } from "#kernel/assert.ts";
import { DAY_MS } from "#kernel/clock.ts";
import { waitsForPayer } from "#modules/payments/domain/index.ts";
import { listAttempts } from "#modules/payments/index.ts";
import {
  type BillingWorld,
  createBillingWorld,
  type Owing,
} from "#test/support/payments/billing-world.ts";
import { collectPayment } from "./collect-payment.ts";

let world: BillingWorld;
beforeAll(async () => {
  world = await createBillingWorld();
});
afterAll(() => world.close());

const collect = ({ payment }: Owing) =>
  collectPayment(world.collector, { ...payment, projectId: world.projectId });
const railRefOf = async ({ invoice }: Owing) => (await world.paymentOf(invoice)).railRef;
const outcomesOf = async ({ payment }: Owing) => {
  const attempts = await world.inProject((tx) => listAttempts(tx, payment));
  return attempts.map(({ failureCode, outcome }) => failureCode ?? outcome);
};
const paid = { subscription: "active", invoice: "paid", owed: 0n, collected: 299_900n };

/** Somebody whose card was not charged, and whose payment was then canceled at the provider. */
async function failedAndCanceled(card = "pm_card_chargeCustomerFail") {
  const owing = await world.newOwing(card);
  await collect(owing);
  const ref = present(await railRefOf(owing), "the rail has made its payment");
  await world.line.cancelPayment(ref);
  await world.giveCard(owing.payment.customerId, "pm_card_visa");
  return { owing, ref };
}

test("an attempt at it fails, and the next of the schedule is made with another payment", async () => {
  const { owing, ref } = await failedAndCanceled();

  expect(await collect(owing)).toMatchObject({
    type: "settled",
    payment: { status: "pending", lastFailureCode: "payment_canceled", railRef: null },
  });
  expect(await collect(owing)).toEqual({ type: "taken" });
  expect(await world.stateOf(owing)).toMatchObject({ subscription: "past_due", invoice: "open" });
  world.clock.moveBy(DAY_MS);
  await collect(owing);

  expect(await outcomesOf(owing)).toEqual(["generic_decline", "payment_canceled", "succeeded"]);
  expect(await railRefOf(owing)).not.toBe(ref);
  expect(await world.stateOf(owing)).toEqual(paid);
  expect(await world.chargesOf(owing)).toMatchObject([{ status: "succeeded" }]);
});

test("told between two attempts, the next one makes another payment and fails no more for it", async () => {
  const { owing, ref } = await failedAndCanceled();
  const answer = await world.rail.retrievePayment(ref);
  if (answer.type !== "ok") throw new Error("the rail shows its payments");

  await settleFound(world.collector, world.projectId, owing.payment, answer.value);
  expect(await railRefOf(owing)).toBeNull();
  await collect(owing);
  await settleFound(world.collector, world.projectId, owing.payment, answer.value);

  expect(await outcomesOf(owing)).toEqual(["generic_decline", "succeeded"]);
  expect(await world.stateOf(owing)).toEqual(paid);
  expect(await world.chargesOf(owing)).toHaveLength(1);
});

test("while its payer was waited for, it waits for nobody any more: the next one has to be made first", async () => {
  const { owing, ref } = await failedAndCanceled("pm_card_authenticationRequired");
  expect(waitsForPayer(await world.paymentOf(owing.invoice))).toBe(true);
  const answer = await world.rail.retrievePayment(ref);
  if (answer.type !== "ok") throw new Error("the rail shows its payments");

  await settleFound(world.collector, world.projectId, owing.payment, answer.value);

  expect(waitsForPayer(await world.paymentOf(owing.invoice))).toBe(false);
});
