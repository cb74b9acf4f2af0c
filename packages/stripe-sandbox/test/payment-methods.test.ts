import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

describe.each(transports)("payment methods, $name", (transport) => {
  const context = useSandbox(transport);
  const newCustomer = () => context.stripe.customers.create({ name: "Ada" });

  test.each([
    { token: "pm_card_visa", brand: "visa", last4: "4242" },
    { token: "pm_card_mastercard", brand: "mastercard", last4: "4444" },
    { token: "pm_card_amex", brand: "amex", last4: "0005" },
    { token: "pm_card_chargeCustomerFail", brand: "visa", last4: "0341" },
  ])("$token becomes a card of its own when attached", async ({ token, brand, last4 }) => {
    const { id } = await newCustomer();
    const method = await context.stripe.paymentMethods.attach(token, { customer: id });
    expect(method).toMatchObject({ object: "payment_method", type: "card", customer: id });
    expect(method.card).toMatchObject({ brand, last4, funding: "credit", exp_month: 12 });
    expect(method.id).toMatch(/^pm_\w{24}$/);
    expect(await context.stripe.paymentMethods.retrieve(method.id)).toEqual(method);
  });

  test.each([
    { token: "pm_card_chargeDeclined", code: "card_declined", decline: "generic_decline" },
    {
      token: "pm_card_visa_chargeDeclinedInsufficientFunds",
      code: "card_declined",
      decline: "insufficient_funds",
    },
    { token: "pm_card_chargeDeclinedExpiredCard", code: "expired_card", decline: "" },
    { token: "pm_card_chargeDeclinedIncorrectCvc", code: "incorrect_cvc", decline: "" },
    { token: "pm_card_chargeDeclinedProcessingError", code: "processing_error", decline: "" },
  ])("$token cannot be attached", async ({ token, code, decline }) => {
    const { id } = await newCustomer();
    const call = context.stripe.paymentMethods.attach(token, { customer: id });
    expect(await refusal(call)).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      decline_code: decline,
    });
    expect((await context.stripe.customers.listPaymentMethods(id)).data).toEqual([]);
  });

  test("are created from a token with billing details", async () => {
    const method = await context.stripe.paymentMethods.create({
      type: "card",
      card: { token: "tok_visa" },
      billing_details: { name: "Ada", address: { country: "JM" } },
      metadata: { a: "1" },
    });
    expect(method.billing_details).toMatchObject({ name: "Ada", address: { country: "JM" } });
    expect(method).toMatchObject({ customer: null, metadata: { a: "1" } });
  });

  test("are not created from a card number", async () => {
    const call = context.stripe.paymentMethods.create({
      type: "card",
      card: { number: "4242424242424242", exp_month: 12, exp_year: 2040, cvc: "123" },
    });
    expect(await refusal(call)).toMatchObject({ statusCode: 400, code: "parameter_missing" });
  });

  test("retrieved by a test name are new each time", async () => {
    const first = await context.stripe.paymentMethods.retrieve("pm_card_visa");
    const second = await context.stripe.paymentMethods.retrieve("pm_card_visa");
    expect(first.id).not.toBe(second.id);
    expect(first.card?.fingerprint).toBe(second.card?.fingerprint);
  });

  test("belong to one customer, and to none once detached", async () => {
    const { stripe } = context;
    const ada = await newCustomer();
    const bob = await newCustomer();
    const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer: ada.id });
    expect((await stripe.paymentMethods.attach(id, { customer: ada.id })).customer).toBe(ada.id);
    const stolen = await refusal(stripe.paymentMethods.attach(id, { customer: bob.id }));
    expect(stolen).toMatchObject({ statusCode: 400, code: "payment_method_unexpected_state" });

    expect((await stripe.paymentMethods.detach(id)).customer).toBeNull();
    expect((await refusal(stripe.paymentMethods.detach(id))).statusCode).toBe(400);
    const again = await refusal(stripe.paymentMethods.attach(id, { customer: ada.id }));
    expect(again.message).toContain("may not be used again");
  });

  test("are listed per customer, newest first", async () => {
    const { stripe } = context;
    const ada = await newCustomer();
    const bob = await newCustomer();
    const first = await stripe.paymentMethods.attach("pm_card_visa", { customer: ada.id });
    const second = await stripe.paymentMethods.attach("pm_card_amex", { customer: ada.id });
    await stripe.paymentMethods.attach("pm_card_visa", { customer: bob.id });
    const { data } = await stripe.paymentMethods.list({ customer: ada.id, type: "card" });
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
    const { data: same } = await stripe.customers.listPaymentMethods(ada.id);
    expect(same).toEqual(data);
  });

  test("that do not exist are not found", async () => {
    const { id } = await newCustomer();
    const calls = [
      context.stripe.paymentMethods.retrieve("pm_missing"),
      context.stripe.paymentMethods.attach("pm_missing", { customer: id }),
      context.stripe.paymentMethods.detach("pm_missing"),
    ];
    for (const call of calls) {
      expect(await refusal(call)).toMatchObject({ statusCode: 404, code: "resource_missing" });
    }
    const toNobody = context.stripe.paymentMethods.attach("pm_card_visa", { customer: "cus_no" });
    expect(await refusal(toNobody)).toMatchObject({ statusCode: 400, param: "customer" });
  });
});
