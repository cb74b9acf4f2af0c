import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeSubscription } from "#flows/change-subscription/change-subscription.ts";
import { collectChange } from "#flows/change-subscription/collect-change.ts";
import { forecast } from "#flows/forecast/forecast.ts";
import { supposedCollector } from "#flows/forecast/supposed-collector.ts";
import { present } from "#kernel/assert.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { createPlan } from "#modules/catalog/index.ts";
import {
  findDefaultPaymentMethod,
  findRailCustomer,
  keepRailRef,
  leasePayment,
  startAttempt,
} from "#modules/payments/index.ts";
import type { Database } from "#platform/db/database.ts";
import { undone } from "#platform/db/undone.ts";
import { flatPrice, planDraft } from "#test/support/builders/plan.ts";
import {
  type BillingWorld,
  createBillingWorld,
  type Owing,
  PAID,
  START_MS,
} from "#test/support/payments/billing-world.ts";
import { breakableRail, type RailFaults } from "#test/support/payments/breakable-rail.ts";
import { activateSubscription } from "./activate-subscription.ts";
import { advanceClock } from "./advance-clock.ts";
import { collectDue } from "./collect-due-payments.ts";
import { collectPayment } from "./collect-payment.ts";
import { pauseSubscription } from "./pause-subscription.ts";

const faults: RailFaults = {};
let world: BillingWorld;
beforeAll(async () => {
  world = await createBillingWorld(breakableRail(faults));
});
afterAll(() => world.close());

const afterLease = () => world.clock.moveBy(MINUTE_MS);

describe("an attempt that was broken off", () => {
  test("before the rail heard of it: it is made once the lease has run out", async () => {
    const owing = await world.newOwing();
    faults.confirm = "before";
    expect(await world.collect(owing)).toMatchObject({ type: "unknown" });
    expect(await world.collect(owing)).toEqual({ type: "taken" });
    expect(await world.succeededCountOf(owing)).toBe(0);

    afterLease();
    expect(await world.collect(owing)).toMatchObject({ type: "settled" });
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.attemptsOf(owing)).toHaveLength(1);
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });

  test("after the card was charged: it is found out, not charged again", async () => {
    const owing = await world.newOwing();
    faults.confirm = "after";
    expect(await world.collect(owing)).toMatchObject({ type: "unknown" });
    expect(await world.succeededCountOf(owing)).toBe(1);
    expect(await world.stateOf(owing)).toMatchObject({ invoice: "open" });

    afterLease();
    await collectDue(world.collector);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });

  test("after the card was declined: the decline counts once", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    faults.confirm = "after";
    await world.collect(owing);
    afterLease();
    expect(await world.collect(owing)).toMatchObject({
      type: "settled",
      payment: { status: "pending", lastFailureCode: "generic_decline" },
    });
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });

  test("at a retry, before the rail heard of it: the earlier decline is not taken for its own", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    await world.collect(owing);
    world.clock.moveBy(DAY_MS);
    faults.confirm = "before";
    await world.collect(owing);
    await world.giveCard(owing.payment.customerId, "pm_card_visa");
    afterLease();

    await world.collect(owing);
    expect(await world.attemptsOf(owing)).toHaveLength(2);
    expect(await world.chargesOf(owing)).toHaveLength(2);
  });

  test("by the end of its process: another looks after seconds, not when it would have rested", async () => {
    const owing = await world.newOwing();
    faults.onConfirmed = () => Promise.reject(new Error("the process is gone"));
    await expect(world.collect(owing)).rejects.toThrow("the process is gone");
    expect(await world.collect(owing)).toEqual({ type: "taken" });
    world.clock.moveBy(8 * SECOND_MS);
    expect(await world.collect(owing)).toMatchObject({ type: "settled" });
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });

  test("by a rail that does not answer: it rests before the rail is asked again", async () => {
    const owing = await world.newOwing();
    faults.confirm = "before";
    await world.collect(owing);
    world.clock.moveBy(29 * SECOND_MS);
    expect(await world.collect(owing)).toEqual({ type: "taken" });
    world.clock.moveBy(SECOND_MS);
    expect(await world.collect(owing)).toMatchObject({ type: "settled" });
  });

  test("by a kill right after it was stored", async () => {
    const owing = await world.newOwing();
    const { customerId } = owing.payment;
    await beginAsKilled(owing, customerId);
    afterLease();
    await world.collect(owing);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.attemptsOf(owing)).toHaveLength(1);
  });

  test("by a kill between the rail's payment and the keeping of its reference", async () => {
    const owing = await world.newOwing();
    const { customerId } = owing.payment;
    await beginAsKilled(owing, customerId);
    await openAtRail(owing);
    afterLease();
    // Past the day for which the rail remembers keys: only looking for the payment finds it.
    world.clock.moveBy(3 * DAY_MS);
    await world.collect(owing);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });

  test("by a kill after the charge, before anything was written of it", async () => {
    const owing = await world.newOwing();
    const { customerId } = owing.payment;
    const { attempt, methodRef } = await beginAsKilled(owing, customerId);
    const ref = await openAtRail(owing);
    await world.inProject((tx) => keepRailRef(tx, owing.payment, ref));
    await world.rail.confirmPayment(ref, methodRef, `test:${attempt.attemptNumber}`);
    world.clock.moveBy(3 * DAY_MS);

    await world.collect(owing);
    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toHaveLength(1);
  });
});

describe("two who settle the same attempt", () => {
  test("one whose lease ran out in the middle of its charge, and one who took over", async () => {
    const owing = await world.newOwing();
    const other = world.newCollector();
    faults.onConfirmed = async () => {
      afterLease();
      await collectPayment(other, { ...owing.payment, projectId: world.projectId });
    };
    await world.collect(owing);

    expect(await world.stateOf(owing)).toEqual(PAID);
    expect(await world.chargesOf(owing)).toHaveLength(1);
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.filter((type) => type === "invoice.paid")).toHaveLength(1);
  });

  test("the same for a decline: it is told once and takes one place in the schedule", async () => {
    const owing = await world.newOwing("pm_card_chargeCustomerFail");
    const other = world.newCollector();
    faults.onConfirmed = async () => {
      afterLease();
      await collectPayment(other, { ...owing.payment, projectId: world.projectId });
    };
    await world.collect(owing);

    expect(await world.chargesOf(owing)).toHaveLength(1);
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.filter((type) => type === "payment.failed")).toHaveLength(1);
    expect(await world.attemptsOf(owing)).toHaveLength(1);
  });
});

describe("one who pays for a change, and one who drops it meanwhile", () => {
  /** Asks for a dearer plan, and pauses between the charge for it and its answer. */
  async function overtaken(card: string) {
    const owing = await world.newOwing();
    await world.collect(owing);
    await world.giveCard(owing.payment.customerId, card);
    const { engine, collector, inProject } = world;
    const { key, toCollect } = await askForDearer(owing);
    const { invoice } = toCollect;
    const pause = { atPeriodEnd: false, resumesAtMs: null, unused: null };
    faults.onConfirmed = async () =>
      void (await inProject((tx) => pauseSubscription(engine, tx, key, pause)));
    const collected = collectChange(collector, toCollect);
    const refusal: unknown = await collected.catch((error: unknown) => error);
    return { owing: { ...owing, invoice }, refusal };
  }

  test("is told what was charged, which is the customer's credit", async () => {
    const { owing, refusal } = await overtaken("pm_card_visa");

    expect(refusal).toMatchObject({
      code: "change_overtaken",
      details: { invoice: formatOwnedId("invoice", owing.invoice), kept_as_credit: "9000.00" },
    });
    expect(await world.stateOf(owing)).toMatchObject({ subscription: "paused", invoice: "void" });
    const events = await world.eventsOf(owing.invoice.customerId);
    expect(events.filter((type) => type === "subscription.change_withdrawn")).toHaveLength(1);
    expect(events).not.toContain("subscription.changed");
  });

  test("is told of the decline, where there was one", async () => {
    const { owing, refusal } = await overtaken("pm_card_chargeCustomerFail");

    expect(refusal).toMatchObject({ code: "payment_declined" });
    expect(await world.stateOf(owing)).toMatchObject({ subscription: "paused", invoice: "void" });
  });
});

describe("who only supposes what would come, while another process charges", () => {
  test("does not wait for an attempt that begins in the middle of a forecast", async () => {
    const owing = await world.newOwing();
    const { projectId, db } = world;
    let isBegun = false;
    const watched: Database = {
      ...db,
      inProject: (project, work) =>
        db.inProject(project, (tx) =>
          work({
            ...tx,
            async query(sql, values) {
              if (sql.includes("set leased_until") && !isBegun) {
                isBegun = true;
                await beginAsKilled(owing, owing.payment.customerId);
              }
              return tx.query(sql, values);
            },
          }),
        ),
    };
    const collector = { ...world.collector, db: watched };

    const played = await forecast(collector, projectId, owing.subscription, world.clock.now());

    expect(isBegun).toBe(true);
    expect(played.invoices).toMatchObject([{ id: owing.invoice.id, status: "paid" }]);
    expect(await world.stateOf(owing)).toMatchObject({ invoice: "open", collected: 0n });
  });

  test("supposes that a change is paid for whose card is just being charged", async () => {
    const owing = await world.newOwing();
    await world.collect(owing);
    const { toCollect } = await askForDearer(owing);
    const { collector, db, projectId } = world;
    const supposed: string[] = [];
    faults.onConfirmed = async () => {
      const { invoice } = await undone(db, projectId, (tx) =>
        collectChange(supposedCollector(collector, tx), toCollect),
      );
      supposed.push(invoice.status);
    };

    const { invoice } = await collectChange(collector, toCollect);

    expect([...supposed, invoice.status]).toEqual(["paid", "paid"]);
  });
});

test("a test clock stops at once where the rail does not answer, and goes on when it is asked again", async () => {
  const { subscription } = await world.newSubscription(
    { prices: [flatPrice("2999.00")] },
    { testClockAtMs: START_MS },
  );
  const { customerId } = subscription;
  await world.giveCard(customerId, "pm_card_visa");
  await world.inProject((tx) => activateSubscription(world.engine, tx, subscription));
  const owner = { projectId: world.projectId, customerId };
  const toMs = START_MS + 40 * DAY_MS;
  faults.confirm = "before";

  await expect(advanceClock(world.collector, owner, toMs)).rejects.toMatchObject({
    code: "rail_unavailable",
  });
  afterLease();
  await advanceClock(world.collector, owner, toMs);

  expect(await world.invoicesOf(customerId)).toMatchObject([{ status: "paid" }]);
});

test("nothing of all this was a defect", () => {
  expect(world.defects).toEqual([]);
});

/** Asks for a dearer plan, which is paid first. */
async function askForDearer({ subscription: key }: Owing) {
  const { engine, projectId, inProject } = world;
  const { subscription } = await inProject(async (tx) => {
    const draft = planDraft({ prices: [flatPrice("9000.00", "advance")] });
    const { planId } = (await createPlan(tx, engine, draft)).latest;
    return changeSubscription(engine, tx, key, { items: { planId }, when: null, mode: null });
  });
  const id = present(subscription.awaitedChange, "it is paid first").invoiceId;
  const invoice = { customerId: key.customerId, id };
  return { key, toCollect: { projectId, subscription: key, invoice } };
}

/** Does what a process does up to the moment before it asks the rail. */
async function beginAsKilled(owing: Owing, customerId: bigint) {
  const nowMs = world.clock.now();
  const instants = { customerNowMs: nowMs, wallNowMs: nowMs, untilMs: nowMs + MINUTE_MS };
  return world.inProject(async (tx) => {
    const leased = await leasePayment(tx, owing.payment, instants, { takesOver: false });
    const method = await findDefaultPaymentMethod(tx, customerId);
    if (leased === null || method === null) throw new Error("it is due and has a card");
    const attempt = await startAttempt(tx, leased, method.id, nowMs);
    return { attempt, methodRef: method.railRef };
  });
}

/** Has the rail make its payment, as the killed process did. */
async function openAtRail({ payment }: Owing): Promise<string> {
  const customerRef = await world.inProject((tx) =>
    findRailCustomer(tx, payment.customerId, "stripe"),
  );
  const answer = await world.rail.openPayment({
    key: formatOwnedId("payment", payment),
    generation: "1",
    customerRef: customerRef ?? "",
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    description: "Invoice",
  });
  if (answer.type !== "ok") throw new Error("the rail opens payments");
  return answer.value.ref;
}
