import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

describe.each(transports)("payment intents, $name", (transport) => {
  const context = useSandbox(transport);

  async function customerWithCard(token = "pm_card_visa") {
    const { id: customer } = await context.stripe.customers.create({ name: "Ada" });
    const { id: payment_method } = await context.stripe.paymentMethods.attach(token, { customer });
    return { customer, payment_method };
  }

  test("charge a saved card off session", async () => {
    const { stripe, sandbox } = context;
    const saved = await customerWithCard();
    const intent = await stripe.paymentIntents.create({
      ...saved,
      amount: 1_169_900,
      currency: "jmd",
      confirm: true,
      off_session: true,
      metadata: { invoice: "inv_1" },
      description: "Invoice 1",
      expand: ["latest_charge", "payment_method", "customer"],
    });
    expect(intent).toMatchObject({
      object: "payment_intent",
      status: "succeeded",
      amount: 1_169_900,
      amount_received: 1_169_900,
      currency: "jmd",
      customer: { id: saved.customer, object: "customer" },
      payment_method: { id: saved.payment_method, object: "payment_method" },
      last_payment_error: null,
    });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({
      object: "charge",
      amount: 1_169_900,
      captured: true,
      paid: true,
      status: "succeeded",
      customer: saved.customer,
      payment_intent: intent.id,
      payment_method: saved.payment_method,
      metadata: { invoice: "inv_1" },
      outcome: { type: "authorized" },
      payment_method_details: { type: "card", card: { brand: "visa", last4: "4242" } },
    });
    expect(sandbox.journal.charges()).toEqual([
      {
        id: charge.id,
        paymentIntent: intent.id,
        customer: saved.customer,
        amount: 1_169_900,
        currency: "jmd",
        status: "succeeded",
        amountRefunded: 0,
        refunds: [],
        isDisputed: false,
        metadata: { invoice: "inv_1" },
        createdMs: expect.any(Number),
      },
    ]);
  });

  test("go from no card to a card to a charge", async () => {
    const { stripe } = context;
    const created = await stripe.paymentIntents.create({ amount: 500, currency: "USD" });
    expect(created).toMatchObject({ status: "requires_payment_method", currency: "usd" });
    const ready = await stripe.paymentIntents.update(created.id, {
      payment_method: "pm_card_visa",
      amount: 700,
      metadata: { a: "1" },
      description: "more",
    });
    expect(ready).toMatchObject({ status: "requires_confirmation", amount: 700 });
    const paid = await stripe.paymentIntents.confirm(created.id);
    expect(paid).toMatchObject({ status: "succeeded", amount_received: 700, description: "more" });
    expect(await stripe.paymentIntents.retrieve(created.id)).toEqual(paid);
  });

  test("succeed once at most", async () => {
    const { stripe, sandbox } = context;
    const saved = await customerWithCard();
    const { id } = await stripe.paymentIntents.create({ ...saved, amount: 500, currency: "usd" });
    const calls = [1, 2, 3, 4].map(() => stripe.paymentIntents.confirm(id));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await refusal(stripe.paymentIntents.confirm(id))).toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id, status: "succeeded" },
    });
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test.each([
    { token: "pm_card_chargeDeclined", code: "card_declined", decline: "generic_decline" },
    {
      token: "pm_card_chargeDeclinedInsufficientFunds",
      code: "card_declined",
      decline: "insufficient_funds",
    },
    { token: "pm_card_chargeDeclinedExpiredCard", code: "expired_card", decline: "" },
    { token: "pm_card_chargeDeclinedIncorrectCvc", code: "incorrect_cvc", decline: "" },
  ])("$token is declined and leaves a failed charge", async ({ token, code, decline }) => {
    const { stripe, sandbox } = context;
    const error = await refusal(
      stripe.paymentIntents.create({
        amount: 900,
        currency: "eur",
        payment_method: token,
        confirm: true,
      }),
    );
    expect(error).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      decline_code: decline,
      payment_intent: { status: "requires_payment_method", payment_method: null },
      payment_method: { object: "payment_method" },
    });
    const { id, last_payment_error, latest_charge } = await stripe.paymentIntents.retrieve(
      error.payment_intent?.id ?? "",
    );
    expect(last_payment_error).toMatchObject({ type: "card_error", code, charge: latest_charge });
    expect(await stripe.charges.retrieve(error.charge ?? "")).toMatchObject({
      payment_intent: id,
      status: "failed",
      paid: false,
      failure_code: code,
      outcome: { type: "issuer_declined", reason: decline || code },
    });
    expect(sandbox.journal.charges()).toMatchObject([{ status: "failed", amount: 900 }]);
  });

  test("can be tried again with another card after a decline", async () => {
    const { stripe, sandbox } = context;
    const failing = await customerWithCard("pm_card_chargeCustomerFail");
    const error = await refusal(
      stripe.paymentIntents.create({
        ...failing,
        amount: 900,
        currency: "eur",
        confirm: true,
        off_session: true,
      }),
    );
    expect(error.code).toBe("card_declined");
    const { customer } = failing;
    const card = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    const paid = await stripe.paymentIntents.confirm(error.payment_intent?.id ?? "", {
      payment_method: card.id,
      off_session: true,
    });
    expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
    expect(sandbox.journal.charges().map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  });

  test("save the card when told so", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    await stripe.paymentIntents.create({
      amount: 100,
      currency: "usd",
      customer,
      payment_method: "pm_card_visa",
      setup_future_usage: "off_session",
      confirm: true,
    });
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  });

  test("are canceled while open, and only then", async () => {
    const { stripe } = context;
    const { id } = await stripe.paymentIntents.create({ amount: 100, currency: "usd" });
    const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: "duplicate" });
    expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "duplicate" });
    expect(canceled.canceled_at).toEqual(expect.any(Number));
    const code = "payment_intent_unexpected_state";
    for (const call of [
      stripe.paymentIntents.cancel(id),
      stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }),
      stripe.paymentIntents.update(id, { amount: 200 }),
    ]) {
      expect(await refusal(call)).toMatchObject({ statusCode: 400, code });
    }
    const updated = await stripe.paymentIntents.update(id, { metadata: { note: "kept" } });
    expect(updated.metadata).toEqual({ note: "kept" });
  });

  test("use a card only for the customer it belongs to", async () => {
    const { stripe, sandbox } = context;
    const ada = await customerWithCard();
    const bob = await stripe.customers.create({});
    const wanted = { amount: 100, currency: "usd", confirm: true } as const;
    const { payment_method } = ada;
    const calls = [
      stripe.paymentIntents.create({ ...wanted, payment_method, customer: bob.id }),
      stripe.paymentIntents.create({ ...wanted, payment_method }),
    ];
    for (const call of calls) expect((await refusal(call)).statusCode).toBe(400);
    const once = await stripe.paymentMethods.retrieve("pm_card_visa");
    await stripe.paymentIntents.create({ ...wanted, payment_method: once.id });
    const twice = stripe.paymentIntents.create({ ...wanted, payment_method: once.id });
    expect((await refusal(twice)).message).toContain("may not be used again");
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test.each([
    { amount: 0, code: "amount_too_small" },
    { amount: -5, code: "amount_too_small" },
    { amount: 100_000_000, code: "amount_too_large" },
    { amount: 10.5, code: "parameter_invalid_integer" },
    { amount: 1e21, code: "parameter_invalid_integer" },
  ])("refuse an amount of $amount", async ({ amount, code }) => {
    const call = context.stripe.paymentIntents.create({ amount, currency: "usd" });
    expect(await refusal(call)).toMatchObject({ statusCode: 400, code, param: "amount" });
  });

  test("refuse what they cannot do", async () => {
    const { stripe } = context;
    const wanted = { amount: 100, currency: "usd" };
    for (const [params, param] of [
      [{ ...wanted, currency: "xyz" }, "currency"],
      [{ ...wanted, customer: "cus_no" }, "customer"],
      [{ ...wanted, payment_method: "pm_no" }, "payment_method"],
      [{ ...wanted, off_session: true }, "off_session"],
      [{ ...wanted, payment_method_types: ["sepa_debit"] }, "payment_method_types"],
      [{ ...wanted, allowed_payment_method_types: ["wero"] }, "allowed_payment_method_types"],
      [{ ...wanted, capture_method: "manual" }, "capture_method"],
      [{ ...wanted, transfer_group: "x" }, "transfer_group"],
    ] as const) {
      const error = await refusal(stripe.paymentIntents.create({ ...params } as never));
      expect(error).toMatchObject({ statusCode: 400, param });
    }
    expect((await stripe.paymentIntents.list()).data).toEqual([]);
  });

  test("are listed by customer, as their charges are", async () => {
    const { stripe } = context;
    const ada = await customerWithCard();
    const bob = await customerWithCard();
    const wanted = { amount: 100, currency: "usd", confirm: true } as const;
    const { id } = await stripe.paymentIntents.create({ ...wanted, ...ada });
    await stripe.paymentIntents.create({ ...wanted, ...bob });
    const intents = await stripe.paymentIntents.list({ customer: ada.customer });
    expect(intents.data.map((intent) => intent.id)).toEqual([id]);
    const charges = await stripe.charges.list({ customer: ada.customer });
    expect(charges.data.map((charge) => charge.payment_intent)).toEqual([id]);
    expect((await stripe.charges.list({ payment_intent: id })).data).toEqual(charges.data);
  });
});
