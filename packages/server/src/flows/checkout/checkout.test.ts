import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectDue } from "#flows/collect-due-payments.ts";
import { collectPayment } from "#flows/collect-payment.ts";
import { handleRailEvents, type RailEventHandling } from "#flows/handle-rail-events.ts";
import { present } from "#kernel/assert.ts";
import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { formatOwnedId, type OwnedId, parseOwnedId } from "#kernel/ids.ts";
import { findCheckoutOf } from "#modules/checkout/index.ts";
import { listBalances } from "#modules/ledger/index.ts";
import {
  insertRailEvent,
  listPaymentMethods,
  listPayments,
  type RailNotice,
} from "#modules/payments/index.ts";
import { endedAt } from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import { flatPrice } from "#test/support/builders/plan.ts";
import { type BillingWorld, createBillingWorld } from "#test/support/payments/billing-world.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type CheckoutVisiting, visitCheckout } from "./visit-checkout.ts";

let world: BillingWorld;
let handling: RailEventHandling & CheckoutVisiting;
const defects: unknown[] = [];

beforeAll(async () => {
  world = await createBillingWorld();
  handling = {
    ...world.collector,
    publicUrl: "https://billing.example",
    onDefect: (error) => void defects.push(error),
  };
});
afterAll(() => world.close());

const inArrears = { prices: [flatPrice("2999.00")] };
const inAdvance = { prices: [flatPrice("2999.00", "advance")] };

/** A subscription that waits behind its payment link, and the link's key. */
async function newLink(plan: typeof inArrears) {
  const { subscription, paymentUrl } = await world.newSubscription(plan);
  const id = new URL(paymentUrl ?? "").pathname.replace("/pay/", "");
  return { subscription, key: present(parseOwnedId("checkout", id), "a link ends with its id") };
}

async function pageOf(key: OwnedId): Promise<string> {
  const visit = await visitCheckout(handling, key);
  if (visit.type !== "page") throw new Error(`the link leads to ${visit.type}`);
  return visit.url;
}

const done = { type: "done", returnUrl: "https://shop.example/thanks" };
const statusOf = async (subscription: OwnedId) =>
  (await world.inProject((tx) => getSubscription(tx, subscription))).status;
const cardsOf = ({ customerId }: OwnedId) =>
  world.inProject((tx) => listPaymentMethods(tx, customerId, { before: null, limit: 10 }));
const refOf = async (subscription: OwnedId) =>
  (await world.inProject((tx) => findCheckoutOf(tx, subscription)))?.railRef ?? "";
const receive = (notice: RailNotice) =>
  world.inProject((tx) => insertRailEvent(tx, "stripe", notice, world.clock.now()));
const checkoutNotice = (objectRef: string, id = `evt_${objectRef}`): RailNotice => ({
  id,
  type: "checkout.session.completed",
  about: "checkout",
  objectRef,
});
const paymentNotice = (objectRef: string, id = `evt_${objectRef}`): RailNotice => ({
  id,
  type: "payment_intent.succeeded",
  about: "payment",
  objectRef,
});

describe("a link to save a card", () => {
  test("leads to one page of the rail, however often it is followed, and at once", async () => {
    const { key } = await newLink(inArrears);
    const [first, second] = await Promise.all([pageOf(key), pageOf(key)]);
    expect(second).toBe(first);
    expect(await pageOf(key)).toBe(first);
  });

  test("leads to a new page when the old one has ended", async () => {
    const { key } = await newLink(inArrears);
    const first = await pageOf(key);
    world.clock.moveBy(2 * DAY_MS);
    expect(await pageOf(key)).not.toBe(first);
  });

  test("starts the subscription when the payer comes back, and charges nothing", async () => {
    const { subscription, key } = await newLink(inArrears);
    await payOnPage(world.sandbox, await pageOf(key));
    expect(await statusOf(subscription)).toBe("incomplete");

    expect(await visitCheckout(handling, key)).toEqual(done);
    expect(await statusOf(subscription)).toBe("active");
    expect(await cardsOf(subscription)).toMatchObject([{ last4: "4242", isDefault: true }]);
    expect(await world.invoicesOf(subscription.customerId)).toEqual([]);
    expect(await visitCheckout(handling, key)).toEqual(done);
  });

  test("starts it once when the rail's notices come too, any number of times", async () => {
    const { subscription, key } = await newLink(inArrears);
    await payOnPage(world.sandbox, await pageOf(key));
    const ref = await refOf(subscription);
    await receive(checkoutNotice(ref));
    await receive(checkoutNotice(ref));
    await receive(checkoutNotice(ref, "evt_again"));

    await Promise.all([
      handleRailEvents(handling),
      visitCheckout(handling, key),
      handleRailEvents(handling),
    ]);
    world.clock.moveBy(2 * MINUTE_MS);
    await handleRailEvents(handling);

    expect(await statusOf(subscription)).toBe("active");
    expect(await cardsOf(subscription)).toHaveLength(1);
    const events = await world.eventsOf(subscription.customerId);
    expect(events.filter((type) => type === "subscription.activated")).toHaveLength(1);
    expect(await handleRailEvents(handling)).toBe(0);
  });

  test("has ended when its subscription has", async () => {
    const { subscription, key } = await newLink(inArrears);
    await world.inProject(async (tx) => {
      const waiting = await getSubscription(tx, subscription);
      await updateSubscriptions(tx, [endedAt(waiting, world.clock.now())]);
    });
    expect(await visitCheckout(handling, key)).toEqual({ type: "ended" });
  });

  test("that nobody made is unknown", async () => {
    expect(await visitCheckout(handling, { customerId: 1n, id: 2n })).toEqual({
      type: "unknown_link",
    });
  });
});

describe("a link to pay what is billed in advance", () => {
  test("pays the first invoice on the page: one charge, and the subscription runs", async () => {
    const { subscription, key } = await newLink(inAdvance);
    const before = world.sandbox.journal.charges().length;
    await payOnPage(world.sandbox, await pageOf(key));

    expect(await visitCheckout(handling, key)).toEqual(done);
    await collectDue(world.collector);

    expect(await statusOf(subscription)).toBe("active");
    expect(world.sandbox.journal.charges().slice(before)).toMatchObject([
      { amount: 299_900, currency: "jmd", status: "succeeded" },
    ]);
    const [invoice] = await world.invoicesOf(subscription.customerId);
    expect(invoice).toMatchObject({ status: "paid", reason: "opening", totalMinor: 299_900n });
    const paid = { subscription, invoice: present(invoice, "it is there") };
    expect(await world.stateOf(paid)).toMatchObject({ owed: 0n, collected: 299_900n });
  });

  test("a notice of the payment alone does the same", async () => {
    const { subscription, key } = await newLink(inAdvance);
    await payOnPage(world.sandbox, await pageOf(key));
    const paid = world.sandbox.journal.charges().at(-1);
    await receive(paymentNotice(paid?.paymentIntent ?? ""));
    await handleRailEvents(handling);
    expect(await statusOf(subscription)).toBe("active");
  });

  test("money for a subscription that has ended meanwhile is kept as nobody's, and starts nothing", async () => {
    const { subscription, key } = await newLink(inAdvance);
    const url = await pageOf(key);
    await world.inProject(async (tx) => {
      const waiting = await getSubscription(tx, subscription);
      await updateSubscriptions(tx, [endedAt(waiting, world.clock.now())]);
    });
    await payOnPage(world.sandbox, url);

    const { customerId } = subscription;
    expect(await visitCheckout(handling, key)).toEqual({ type: "given_back" });
    await receive(checkoutNotice(await refOf(subscription)));
    await handleRailEvents(handling);

    expect(await statusOf(subscription)).toBe("canceled");
    const page = { before: null, limit: 10 };
    const kept = await world.inProject((tx) => listPayments(tx, { customerId }, page));
    const charge = world.sandbox.journal.charges().at(-1);
    expect(kept).toMatchObject([
      {
        invoiceId: null,
        status: "succeeded",
        amountMinor: 299_900n,
        railRef: charge?.paymentIntent,
      },
    ]);
    expect(await world.inProject((tx) => listBalances(tx, customerId))).toEqual([
      { account: "rail:stripe", currency: "JMD", balanceMinor: 299_900n },
      { account: "unapplied", currency: "JMD", balanceMinor: -299_900n },
    ]);
  });
});

describe("the rail's notices about what it charged for us", () => {
  test("that come before the answer settle the attempt, and the answer changes nothing", async () => {
    const owing = await world.newOwing();
    const { rail } = world;
    const rails = () => ({
      ...rail,
      async confirmPayment(...call: Parameters<typeof rail.confirmPayment>) {
        const answer = await rail.confirmPayment(...call);
        await receive(paymentNotice(call[0]));
        await handleRailEvents(handling);
        expect(await world.stateOf(owing)).toMatchObject({ invoice: "paid" });
        return answer;
      },
    });
    await collectPayment(
      { ...world.collector, rails },
      { ...owing.payment, projectId: world.projectId },
    );

    expect(await world.stateOf(owing)).toMatchObject({ invoice: "paid", collected: 299_900n });
    const events = await world.eventsOf(owing.payment.customerId);
    expect(events.filter((type) => type === "payment.succeeded")).toHaveLength(1);
  });

  test("that come late, twice and about others' payments change nothing", async () => {
    const owing = await world.newOwing();
    await collectDue(world.collector);
    const { railRef } = await world.paymentOf(owing.invoice);
    const before = await world.eventsOf(owing.payment.customerId);
    const othersKey = formatOwnedId("payment", { customerId: 5n, id: 6n });
    const { customer } = world.sandbox.journal.charges().at(-1) ?? {};
    const others = await world.rail.openPayment({
      generation: "1",
      key: othersKey,
      customerRef: customer ?? "",
      amountMinor: 100n,
      currency: "JMD",
      description: "another server's",
    });
    await receive(paymentNotice(railRef ?? "", "evt_late"));
    await receive(paymentNotice(others.type === "ok" ? others.value.ref : "", "evt_others"));
    await receive(paymentNotice("pi_unknown"));
    await receive(checkoutNotice("cs_unknown"));

    expect(await handleRailEvents(handling)).toBe(4);
    expect(await world.eventsOf(owing.payment.customerId)).toEqual(before);
  });

  test("about what is not followed are kept and done with", async () => {
    await receive({ id: "evt_x", type: "customer.created", about: null, objectRef: "cus_1" });
    expect(await handleRailEvents(handling)).toBe(0);
  });
});

test("nothing of all this was a defect", () => {
  expect(defects).toEqual([]);
});
