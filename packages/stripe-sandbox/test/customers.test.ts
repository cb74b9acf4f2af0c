import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

describe.each(transports)("customers, $name", (transport) => {
  const context = useSandbox(transport);

  test("are created with what was sent", async () => {
    const customer = await context.stripe.customers.create({
      name: "Ada",
      email: "ada@example.com",
      phone: "+1 876 555 0100",
      description: "first",
      address: { line1: "1 Hope Rd", city: "Kingston", country: "JM" },
      preferred_locales: ["en", "fr"],
      tax_exempt: "exempt",
      metadata: { team: "a&b=c", __proto__x: "1" },
    });
    expect(customer).toMatchObject({
      object: "customer",
      name: "Ada",
      email: "ada@example.com",
      address: { line1: "1 Hope Rd", city: "Kingston", country: "JM", state: null },
      preferred_locales: ["en", "fr"],
      tax_exempt: "exempt",
      metadata: { team: "a&b=c", __proto__x: "1" },
      livemode: false,
    });
    expect(customer.id).toMatch(/^cus_\w{14}$/);
    expect(await context.stripe.customers.retrieve(customer.id)).toEqual(customer);
  });

  test("are created with a card, which may be the default at once", async () => {
    const { stripe } = context;
    const { id } = await stripe.paymentMethods.create({
      type: "card",
      card: { token: "tok_visa" },
    });
    const customer = await stripe.customers.create({
      payment_method: id,
      invoice_settings: { default_payment_method: id },
    });
    expect(customer.invoice_settings.default_payment_method).toBe(id);
    const { data } = await stripe.customers.listPaymentMethods(customer.id);
    expect(data.map((method) => method.id)).toEqual([id]);
  });

  test("are not created when their card is declined", async () => {
    const call = context.stripe.customers.create({ payment_method: "pm_card_chargeDeclined" });
    expect(await refusal(call)).toMatchObject({ statusCode: 402, code: "card_declined" });
    expect((await context.stripe.customers.list()).data).toEqual([]);
  });

  test("keep what an update does not mention, and lose what it clears", async () => {
    const { stripe } = context;
    const { id } = await stripe.customers.create({
      name: "Ada",
      email: "ada@example.com",
      metadata: { kept: "1", changed: "2", dropped: "3" },
    });
    const updated = await stripe.customers.update(id, {
      name: "",
      metadata: { changed: "two", dropped: "", added: "4" },
    });
    expect(updated.name).toBeNull();
    expect(updated.email).toBe("ada@example.com");
    expect(updated.metadata).toEqual({ kept: "1", changed: "two", added: "4" });
    expect((await stripe.customers.update(id, { metadata: "" })).metadata).toEqual({});
  });

  test("may not have another's card as their default", async () => {
    const { stripe } = context;
    const ada = await stripe.customers.create({ payment_method: "pm_card_visa" });
    const [card] = (await stripe.customers.listPaymentMethods(ada.id)).data;
    const bob = await stripe.customers.create({ name: "Bob" });
    const call = stripe.customers.update(bob.id, {
      invoice_settings: { default_payment_method: card?.id ?? "" },
    });
    expect(await refusal(call)).toMatchObject({ statusCode: 400, code: "resource_missing" });
  });

  test("are listed by e-mail", async () => {
    const { stripe } = context;
    await stripe.customers.create({ email: "a@example.com" });
    const { id } = await stripe.customers.create({ email: "b@example.com" });
    const { data } = await stripe.customers.list({ email: "b@example.com" });
    expect(data.map((customer) => customer.id)).toEqual([id]);
  });

  test("that do not exist are not found", async () => {
    expect(await refusal(context.stripe.customers.retrieve("cus_missing"))).toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 404,
      code: "resource_missing",
      param: "id",
      message: "No such customer: 'cus_missing'",
    });
  });
});
