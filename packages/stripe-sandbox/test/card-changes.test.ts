import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

describe.each(transports)("changes of a saved card, $name", (transport) => {
  const context = useSandbox(transport, { isControllable: true });

  async function savedCard() {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    return { customer, id };
  }
  const lastEvents = async () =>
    (await context.stripe.events.list({ limit: 2 })).data.map(({ type }) => type);

  test("its holder tells a new expiry, and what was not said stays", async () => {
    const { stripe } = context;
    const { id } = await savedCard();
    const billing_details = { name: "Ada", address: { country: "JM" } };
    await stripe.paymentMethods.update(id, { billing_details, metadata: { a: "1" } });
    const updated = await stripe.paymentMethods.update(id, {
      card: { exp_month: 7, exp_year: 2041 },
      billing_details: { email: "ada@example.com" },
    });
    expect(updated).toMatchObject({
      card: { exp_month: 7, exp_year: 2041, last4: "4242" },
      billing_details: { name: "Ada", email: "ada@example.com", address: { country: "JM" } },
      metadata: { a: "1" },
    });
    expect(await lastEvents()).toEqual(["payment_method.updated", "payment_method.updated"]);
    const wrong = stripe.paymentMethods.update(id, { card: { exp_month: 13 } });
    expect(await refusal(wrong)).toMatchObject({ code: "invalid_expiry_month" });
  });

  test("its network tells of a new one", async () => {
    const { stripe, sandbox } = context;
    const { id } = await savedCard();
    sandbox.renewCard(id, { expiryMonth: 1, expiryYear: 2045, number: "5555555555554444" });
    expect(await stripe.paymentMethods.retrieve(id)).toMatchObject({
      card: { exp_month: 1, exp_year: 2045, last4: "4444", brand: "mastercard" },
    });
    expect((await lastEvents())[0]).toBe("payment_method.automatically_updated");
    const unknown = { expiryMonth: 1, expiryYear: 2045, number: "4000000000000009" };
    expect(() => sandbox.renewCard(id, unknown)).toThrow("Not the number of a test card.");
    expect(() => sandbox.renewCard("pm_1", unknown)).toThrow("No such PaymentMethod");
  });

  test("can be ordered over HTTP", async () => {
    const { stripe, sandbox } = context;
    const { id: payment_method } = await savedCard();
    const send = (body: object) =>
      sandbox.fetch("http://sandbox/_sandbox/card_renewals", {
        method: "POST",
        headers: { authorization: "Bearer sk_test_sandbox" },
        body: JSON.stringify(body),
      });
    expect((await send({ payment_method, exp_month: 2, exp_year: 2046 })).status).toBe(200);
    const { card } = await stripe.paymentMethods.retrieve(payment_method);
    expect(card).toMatchObject({ exp_month: 2, exp_year: 2046, last4: "4242" });
    expect((await send({ payment_method })).status).toBe(400);
    expect((await send({ payment_method: "pm_1", exp_month: 1, exp_year: 2046 })).status).toBe(404);
  });

  test("one that is detached is nobody's default any more", async () => {
    const { stripe } = context;
    const { id, customer } = await savedCard();
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
    await stripe.paymentMethods.detach(id);
    const { invoice_settings } = (await stripe.customers.retrieve(customer)) as {
      invoice_settings: unknown;
    };
    expect(invoice_settings).toMatchObject({ default_payment_method: null });
    expect(await lastEvents()).toEqual(["customer.updated", "payment_method.detached"]);
  });
});
