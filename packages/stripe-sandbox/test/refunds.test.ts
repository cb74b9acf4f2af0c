import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { createStripeSandbox } from "../src/index.ts";
import { createReceiver, refusal, sdkInProcess, transports, useSandbox } from "./support.ts";

const pay = (stripe: Stripe, payment_method = "pm_card_visa") =>
  stripe.paymentIntents.create({ amount: 1_000, currency: "usd", payment_method, confirm: true });

describe.each(transports)("refunds, $name", (transport) => {
  const context = useSandbox(transport);

  test("give back the whole charge, once", async () => {
    const { stripe, sandbox } = context;
    const { id, latest_charge: charge } = await pay(stripe);
    const refund = await stripe.refunds.create({
      payment_intent: id,
      reason: "requested_by_customer",
      metadata: { a: "1" },
    });
    expect(refund).toMatchObject({
      id: expect.stringMatching(/^re_/),
      object: "refund",
      amount: 1_000,
      currency: "usd",
      charge,
      payment_intent: id,
      status: "succeeded",
      reason: "requested_by_customer",
      metadata: { a: "1" },
    });
    expect(await stripe.charges.retrieve(String(charge))).toMatchObject({
      amount_refunded: 1_000,
      refunded: true,
      status: "succeeded",
    });
    const refunds = [{ amount: 1_000 }];
    expect(sandbox.journal.charges()).toMatchObject([{ amountRefunded: 1_000, refunds }]);
    const again = await refusal(stripe.refunds.create({ payment_intent: id }));
    expect(again).toMatchObject({ statusCode: 400, code: "charge_already_refunded" });
  });

  test("give back parts, until nothing is left", async () => {
    const { stripe } = context;
    const { latest_charge } = await pay(stripe);
    const charge = String(latest_charge);
    await stripe.refunds.create({ charge, amount: 300 });
    expect(await stripe.charges.retrieve(charge)).toMatchObject({
      amount_refunded: 300,
      refunded: false,
    });
    const tooMuch = await refusal(stripe.refunds.create({ charge, amount: 701 }));
    expect(tooMuch).toMatchObject({ statusCode: 400, param: "amount" });
    expect(tooMuch.message).toContain("($7.01)");
    expect(tooMuch.message).toContain("($7.00)");
    expect((await stripe.refunds.create({ charge })).amount).toBe(700);
    const { data } = await stripe.refunds.list({ charge });
    expect(data.map(({ amount }) => amount)).toEqual([700, 300]);
    expect((await stripe.refunds.list({ charge: "ch_other" })).data).toEqual([]);
  });

  test("are made once for an idempotency key", async () => {
    const { stripe, sandbox } = context;
    const { id: payment_intent } = await pay(stripe);
    const request = [{ payment_intent, amount: 400 }, { idempotencyKey: "refund-1" }] as const;
    const first = await stripe.refunds.create(...request);
    expect((await stripe.refunds.create(...request)).id).toBe(first.id);
    expect(sandbox.journal.charges()).toMatchObject([{ amountRefunded: 400 }]);
  });

  test("need a charge that succeeded", async () => {
    const { stripe } = context;
    const open = await stripe.paymentIntents.create({ amount: 100, currency: "usd" });
    for (const [params, expected] of [
      [{}, { code: "parameter_missing" }],
      [{ charge: "ch_1", payment_intent: "pi_1" }, { code: "parameters_exclusive" }],
      [{ charge: "ch_1" }, { code: "resource_missing", param: "charge" }],
      [{ payment_intent: open.id }, { param: "payment_intent" }],
    ] as const) {
      const error = await refusal(stripe.refunds.create(params));
      expect(error).toMatchObject({ statusCode: 400, ...expected });
    }
    await refusal(pay(stripe, "pm_card_chargeDeclined"));
    const [failed] = (await stripe.charges.list()).data;
    const error = await refusal(stripe.refunds.create({ charge: failed?.id ?? "" }));
    expect(error.message).toContain("did not succeed");
  });

  test("can be described, but not canceled", async () => {
    const { stripe } = context;
    const { id: payment_intent } = await pay(stripe);
    const { id } = await stripe.refunds.create({ payment_intent });
    const described = await stripe.refunds.update(id, { metadata: { why: "kind" } });
    expect(described.metadata).toEqual({ why: "kind" });
    expect(await stripe.refunds.retrieve(id, { expand: ["charge"] })).toMatchObject({
      metadata: { why: "kind" },
      charge: { object: "charge", refunded: true },
    });
    expect((await refusal(stripe.refunds.cancel(id))).statusCode).toBe(400);
    expect((await refusal(stripe.refunds.retrieve("re_1"))).statusCode).toBe(404);
  });
});

describe("a refund that the issuer decides later", () => {
  async function refunded(card: string) {
    const clock = { nowMs: Date.UTC(2030, 0, 1) };
    const receiver = createReceiver();
    const sandbox = createStripeSandbox({
      now: () => clock.nowMs,
      deliver: receiver.deliver,
      webhookEndpoints: [{ url: "http://merchant.test/webhooks" }],
    });
    const stripe = sdkInProcess(sandbox);
    const { id: payment_intent } = await pay(stripe, card);
    const refund = await stripe.refunds.create({ payment_intent });
    await sandbox.idle();
    const before = receiver.types().slice(3);
    clock.nowMs += 2_000;
    await sandbox.idle();
    const after = receiver.types().slice(3 + before.length);
    const settled = await stripe.refunds.retrieve(refund.id);
    const [charge] = sandbox.journal.charges();
    await sandbox.close();
    return { refund, settled, before, after, charge };
  }

  test("is pending, then succeeds", async () => {
    const { refund, settled, before, after, charge } = await refunded("pm_card_pendingRefund");
    expect(refund).toMatchObject({ status: "pending", pending_reason: "processing" });
    expect(before).toEqual(["refund.created", "charge.refunded"]);
    expect(settled.status).toBe("succeeded");
    expect(after).toEqual(["refund.updated", "charge.refund.updated"]);
    expect(charge?.amountRefunded).toBe(1_000);
  });

  test("seems to succeed, then fails and the money is back", async () => {
    const { refund, settled, after, charge } = await refunded("pm_card_refundFail");
    expect(refund.status).toBe("succeeded");
    expect(settled).toMatchObject({ status: "failed", failure_reason: "expired_or_canceled_card" });
    expect(after).toEqual(["refund.updated", "charge.refund.updated", "refund.failed"]);
    expect(charge?.amountRefunded).toBe(0);
  });
});
