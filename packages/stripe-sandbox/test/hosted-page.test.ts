import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { submitPage, useSandbox } from "./support.ts";

const publicUrl = "http://127.0.0.1:9999/stripe-sandbox";

describe("the hosted page", () => {
  const context = useSandbox(undefined, { publicUrl });

  const paymentSession = (more: object = {}) =>
    context.stripe.checkout.sessions.create({
      mode: "payment",
      success_url: "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
      cancel_url: "https://shop.example/cart?a=1&b=2",
      line_items: [
        {
          quantity: 150,
          price_data: { currency: "jmd", unit_amount: 5_000, product_data: { name: "Packages" } },
        },
      ],
      ...more,
    });

  const setupSession = (more: object = {}) =>
    context.stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      success_url: "https://shop.example/saved",
      ...more,
    });

  const open = async (url: string | null) => {
    const response = await context.sandbox.fetch(url ?? "");
    return { response, text: await response.text() };
  };

  test("shows what is to be paid and is not to be cached", async () => {
    const { url } = await paymentSession();
    const { response, text } = await open(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-security-policy")).toMatch(/script-src 'self';/);
    expect(response.headers.get("content-security-policy")).not.toContain("unsafe");
    expect(text).toContain("Test page.");
    expect(text).toContain("JMD\u00a07,500.00");
    expect(text).toContain("150 × JMD\u00a050.00");
    expect(text).toContain('href="https://shop.example/cart?a=1&amp;b=2"');
    expect(text).toContain("4000 0000 0000 0341");
  });

  test.each(["pay.css", "pay.js"])("has its %s on a path of its own", async (file) => {
    const response = await context.sandbox.fetch(`${publicUrl}/pay/assets/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await response.text()).length).toBeGreaterThan(500);
  });

  test("takes a payment, sends the payer back and is then over", async () => {
    const { stripe, sandbox } = context;
    const { id, url } = await paymentSession({
      payment_intent_data: { metadata: { order: "7" }, setup_future_usage: "off_session" },
      customer_email: "ada@example.com",
    });
    const paid = await submitPage(sandbox, url, { country: "JM", postal_code: "KGN 5" });
    expect(paid.status).toBe(303);
    expect(paid.headers.get("location")).toBe(`https://shop.example/done?session=${id}`);

    const session = await stripe.checkout.sessions.retrieve(id, {
      expand: ["payment_intent.latest_charge", "customer"],
    });
    expect(session).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      customer: { object: "customer", email: "ada@example.com", name: "Ada Example" },
      customer_details: { email: "ada@example.com", address: { country: "JM" } },
      payment_intent: {
        status: "succeeded",
        amount: 750_000,
        metadata: { order: "7" },
        latest_charge: { status: "succeeded", billing_details: { name: "Ada Example" } },
      },
    });
    const customer = session.customer as Stripe.Customer;
    const { data } = await stripe.customers.listPaymentMethods(customer.id);
    expect(data).toMatchObject([{ card: { last4: "4242", exp_month: 12, exp_year: 2040 } }]);

    const again = await submitPage(sandbox, url ?? `${publicUrl}/pay/${id}`);
    expect(await again.text()).toContain("Already paid");
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test("saves a card for later charges", async () => {
    const { stripe, sandbox } = context;
    const { id: customer } = await stripe.customers.create({});
    const { id, url, setup_intent } = await setupSession({ customer });
    const { text } = await open(url);
    expect(text).toContain("Save card");
    const saved = await submitPage(sandbox, url);
    expect(saved.status).toBe(303);
    expect(saved.headers.get("location")).toBe("https://shop.example/saved");
    const { payment_method } = await stripe.setupIntents.retrieve(String(setup_intent));
    const intent = await stripe.paymentIntents.create({
      amount: 1_169_900,
      currency: "jmd",
      customer,
      payment_method: String(payment_method),
      off_session: true,
      confirm: true,
    });
    expect(intent.status).toBe("succeeded");
    expect((await open(`${publicUrl}/pay/${id}`)).text).toContain("Card already saved");
  });

  test.each([
    { number: "4000 0000 0000 0002", message: "Your card was declined." },
    { number: "4000000000009995", message: "Your card has insufficient funds." },
    { number: "4000-0000-0000-0069", message: "Your card has expired." },
    { number: "4000 0000 0000 0127", message: "Your card&#39;s security code is incorrect." },
    { number: "4000 0000 0000 0119", message: "An error occurred while processing your card." },
    { number: "4000 0000 0000 0341", message: "Your card was declined." },
  ])("says that $number is declined and takes another", async ({ number, message }) => {
    const { stripe, sandbox } = context;
    const { id, url } = await paymentSession();
    const declined = await submitPage(sandbox, url, { number });
    expect(declined.status).toBe(402);
    const text = await declined.text();
    expect(text).toContain(message);
    expect(text).toContain('role="alert"');
    expect(text).toContain('value="Ada Example"');
    const tried = await stripe.checkout.sessions.retrieve(id);
    expect(tried).toMatchObject({ status: "open", payment_status: "unpaid" });

    expect((await submitPage(sandbox, url)).status).toBe(303);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(id);
    expect(payment_intent).toBe(tried.payment_intent);
    expect(sandbox.journal.charges().map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  });

  test("saves the card that only fails when charged", async () => {
    const { stripe, sandbox } = context;
    const { id: customer } = await stripe.customers.create({});
    const { url } = await setupSession({ customer });
    expect((await submitPage(sandbox, url, { number: "4000000000000002" })).status).toBe(402);
    expect((await submitPage(sandbox, url, { number: "4000000000000341" })).status).toBe(303);
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
  });

  test.each([
    { fields: { number: "" }, message: "Enter the card number." },
    { fields: { number: "4242 4242 4242 4241" }, message: "not valid. Check the digits" },
    { fields: { number: "4111 1111 1111 1111" }, message: "This is not a test card." },
    { fields: { expiry: "" }, message: "Enter the expiry date." },
    { fields: { expiry: "13/40" }, message: "Write it as MM / YY." },
    { fields: { expiry: "12/20" }, message: "This card has expired" },
    { fields: { expiry: "12/2199" }, message: "too far away" },
    { fields: { cvc: "" }, message: "Enter the security code." },
    { fields: { cvc: "1234" }, message: "It has 3 digits." },
    { fields: { number: "378282246310005", cvc: "123" }, message: "has 4 digits." },
    { fields: { name: " " }, message: "Enter the name on the card." },
    { fields: { country: "XX" }, message: "Choose a country." },
  ])("answers $fields with: $message", async ({ fields, message }) => {
    const { url } = await paymentSession();
    const response = await submitPage(context.sandbox, url, fields);
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toContain(message);
    expect(text).toContain('aria-invalid="true"');
    expect(context.sandbox.journal.charges()).toEqual([]);
  });

  test.each(["12/40", "12 / 2040", "1240", "122040", "1-41"])(
    "reads %s as a date",
    async (expiry) => {
      const { url } = await setupSession();
      expect((await submitPage(context.sandbox, url, { expiry })).status).toBe(303);
    },
  );

  test("never gives back a card number that is not a public test card, nor any code", async () => {
    const { url } = await paymentSession();
    const fields = { number: "4111 1111 1111 1111", cvc: "987", expiry: "1/1" };
    const text = await (await submitPage(context.sandbox, url, fields)).text();
    expect(text).not.toContain("4111 1111");
    expect(text).not.toContain("987");
    expect(text).toContain('value="1/1"');
  });

  test("escapes whatever others wrote", async () => {
    const evil = `"><script>alert('x')</script>&`;
    const { url } = await paymentSession({
      line_items: [
        {
          price_data: {
            currency: "usd",
            unit_amount: 1,
            product_data: { name: evil, description: evil },
          },
        },
      ],
      cancel_url: `https://shop.example/"><script>`,
    });
    const fields = { name: evil, expiry: evil, postal_code: evil, country: evil };
    const answers = [
      (await open(url)).text,
      await (await submitPage(context.sandbox, url, fields)).text(),
    ];
    for (const text of answers) {
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(text).toContain("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;");
    }
  });

  test("of an expired session says so", async () => {
    const { id, url } = await paymentSession();
    await context.stripe.checkout.sessions.expire(id);
    expect((await open(url)).text).toContain("This checkout has expired");
    expect(await (await submitPage(context.sandbox, url)).text()).toContain("has expired");
    expect(context.sandbox.journal.charges()).toEqual([]);
  });

  test("of no session is a clear 404", async () => {
    const { response, text } = await open(`${publicUrl}/pay/cs_test_missing`);
    expect(response.status).toBe(404);
    expect(text).toContain("No such checkout");
  });

  test("is also answered without the prefix", async () => {
    const { id } = await setupSession();
    expect((await open(`http://127.0.0.1:9999/pay/${id}`)).response.status).toBe(200);
  });
});
