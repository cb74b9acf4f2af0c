import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

describe.each(transports)("setup intents, $name", (transport) => {
  const context = useSandbox(transport);
  const newCustomer = () => context.stripe.customers.create({ name: "Ada" });

  test("wait for a card, then save it", async () => {
    const { stripe } = context;
    const customer = await newCustomer();
    const intent = await stripe.setupIntents.create({
      customer: customer.id,
      allowed_payment_method_types: ["card"],
      metadata: { order: "1" },
      description: "card for later",
    });
    expect(intent).toMatchObject({
      object: "setup_intent",
      status: "requires_payment_method",
      usage: "off_session",
      payment_method: null,
      allowed_payment_method_types: ["card"],
      automatic_payment_methods: null,
      metadata: { order: "1" },
    });
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));

    const confirmed = await stripe.setupIntents.confirm(intent.id, {
      payment_method: "pm_card_visa",
      expand: ["payment_method"],
    });
    expect(confirmed).toMatchObject({
      status: "succeeded",
      payment_method: { object: "payment_method", customer: customer.id },
    });
    const { data } = await stripe.customers.listPaymentMethods(customer.id);
    expect(data).toHaveLength(1);
  });

  test("can be confirmed as they are created", async () => {
    const { id } = await newCustomer();
    const intent = await context.stripe.setupIntents.create({
      customer: id,
      payment_method: "pm_card_chargeCustomerFail",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    expect(intent.status).toBe("succeeded");
    expect(await context.stripe.setupIntents.retrieve(intent.id)).toEqual(intent);
  });

  test("survive a decline and take another card", async () => {
    const { stripe } = context;
    const { id: customer } = await newCustomer();
    const { id } = await stripe.setupIntents.create({ customer });
    const declined = await refusal(
      stripe.setupIntents.confirm(id, { payment_method: "pm_card_chargeDeclined" }),
    );
    expect(declined).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
      setup_intent: { id, status: "requires_payment_method" },
    });
    const waiting = await stripe.setupIntents.retrieve(id);
    expect(waiting.last_setup_error).toMatchObject({ type: "card_error", code: "card_declined" });
    const saved = await stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa" });
    expect(saved).toMatchObject({ status: "succeeded", last_setup_error: null });
  });

  test("are canceled while open, and only then", async () => {
    const { stripe } = context;
    const { id } = await stripe.setupIntents.create({});
    const canceled = await stripe.setupIntents.cancel(id, { cancellation_reason: "abandoned" });
    expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
    for (const call of [
      stripe.setupIntents.cancel(id),
      stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa" }),
    ]) {
      const code = "setup_intent_unexpected_state";
      expect(await refusal(call)).toMatchObject({ statusCode: 400, code, setup_intent: { id } });
    }
  });

  test("cannot be confirmed without a card", async () => {
    const { stripe } = context;
    const { id } = await stripe.setupIntents.create({});
    expect((await refusal(stripe.setupIntents.confirm(id))).statusCode).toBe(400);
    expect((await refusal(stripe.setupIntents.create({ confirm: true }))).statusCode).toBe(400);
  });

  test("are listed by customer", async () => {
    const { stripe } = context;
    const { id: customer } = await newCustomer();
    await stripe.setupIntents.create({});
    const { id } = await stripe.setupIntents.create({ customer });
    const { data } = await stripe.setupIntents.list({ customer });
    expect(data.map((intent) => intent.id)).toEqual([id]);
  });
});
