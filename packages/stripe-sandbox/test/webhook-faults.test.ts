import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { createStripeSandbox, type Delivery, type Fault } from "../src/index.ts";
import { createReceiver, sdkInProcess } from "./support.ts";

const wanted = { amount: 100, currency: "usd", payment_method: "pm_card_visa", confirm: true };

/** A sandbox whose clock stands still, with an endpoint that is sent everything. */
function open(faults: readonly Fault[], answer?: (delivery: Delivery) => number) {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  const receiver = createReceiver(answer);
  const sandbox = createStripeSandbox({
    now: () => clock.nowMs,
    deliver: receiver.deliver,
    webhookEndpoints: [{ url: "http://merchant.test/webhooks" }],
  });
  sandbox.faults.add(...faults);
  return { clock, receiver, sandbox, stripe: sdkInProcess(sandbox) };
}

const idsOf = (received: readonly Delivery[]) =>
  received.map(({ body }) => (JSON.parse(body) as Stripe.Event).id);

describe("faults of webhooks", () => {
  test("duplicate one ten times over, the same event each time", async () => {
    const { sandbox, stripe, receiver } = open([
      { fault: "duplicate_webhooks", on: "payment_intent.succeeded" },
    ]);
    await stripe.paymentIntents.create(wanted);
    await sandbox.idle();
    const types = receiver.types();
    expect(types.filter((type) => type === "payment_intent.succeeded")).toHaveLength(10);
    expect(types.filter((type) => type === "charge.succeeded")).toHaveLength(1);
    expect(new Set(idsOf(receiver.received)).size).toBe(3);
    await sandbox.close();
  });

  test("reorder those of a request, last first, each after the one before", async () => {
    const { sandbox, stripe, receiver } = open([{ fault: "reordered_webhooks", times: null }]);
    await stripe.paymentIntents.create(wanted);
    await sandbox.idle();
    expect(receiver.types()).toEqual([
      "payment_intent.succeeded",
      "charge.succeeded",
      "payment_intent.created",
    ]);
    await sandbox.close();
  });

  test("delay one until its time, and no longer", async () => {
    const { clock, sandbox, stripe, receiver } = open([
      { fault: "late_webhooks", on: "payment_intent.*", delayMs: 60_000, times: null },
    ]);
    await stripe.paymentIntents.create(wanted);
    await sandbox.idle();
    expect(receiver.types()).toEqual(["charge.succeeded"]);
    clock.nowMs += 59_999;
    await sandbox.idle();
    expect(receiver.received).toHaveLength(1);
    clock.nowMs += 1;
    await sandbox.idle();
    expect(receiver.types().slice(1)).toEqual([
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    await sandbox.close();
  });

  test("scatter them in time as the seed has it", async () => {
    const arrivals = async (seed: string) => {
      const late = { fault: "late_webhooks", delayMs: 0, jitterMs: 9, times: null, seed } as const;
      const { clock, sandbox, stripe, receiver } = open([late]);
      for (const name of ["a", "b", "c", "d", "e", "f"]) await stripe.customers.create({ name });
      const counts: number[] = [];
      for (let ms = 0; ms < 10; ms += 1) {
        await sandbox.idle();
        counts.push(receiver.received.length);
        clock.nowMs += 1;
      }
      await sandbox.close();
      return counts;
    };
    const first = await arrivals("a");
    expect(first.at(-1)).toBe(6);
    expect(new Set(first).size).toBeGreaterThan(2);
    expect(await arrivals("a")).toEqual(first);
  });

  test("lose one for good, while the event stays on record", async () => {
    const { sandbox, stripe, receiver } = open([
      { fault: "lost_webhooks", on: "customer.created" },
    ]);
    await stripe.customers.create({ name: "Ada" });
    await stripe.customers.create({ name: "Bob" });
    await sandbox.idle();
    expect(receiver.received).toHaveLength(1);
    expect((await stripe.events.list()).data).toHaveLength(2);
    await sandbox.close();
  });

  test("deliver them before the request that causes them is answered", async () => {
    const order: string[] = [];
    const { sandbox, stripe } = open(
      [{ fault: "webhooks_before_answer", on: "POST /v1/payment_intents", times: null }],
      ({ body }) => {
        order.push((JSON.parse(body) as Stripe.Event).type);
        return 200;
      },
    );
    await stripe.paymentIntents.create(wanted);
    order.push("answered");
    await sandbox.idle();
    expect(order).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "answered",
    ]);
    await sandbox.close();
  });

  test("add up: ten copies, reordered, before an answer that never comes", async () => {
    const { sandbox, stripe, receiver } = open([
      { fault: "webhooks_before_answer" },
      { fault: "disconnect" },
      { fault: "duplicate_webhooks", times: null },
      { fault: "reordered_webhooks", times: null },
    ]);
    await stripe.paymentIntents
      .create(wanted)
      .catch(() => receiver.received.length)
      .then((count) => {
        expect(count).toBe(30);
      });
    expect(receiver.types()[0]).toBe("payment_intent.succeeded");
    await sandbox.idle();
    expect(receiver.received).toHaveLength(30);
    await sandbox.close();
  });
});
