import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { refusal, transports, useSandbox } from "./support.ts";

const item = {
  quantity: 2,
  price_data: { currency: "usd", unit_amount: 1_250, product_data: { name: "Seat" } },
} as const;
const payment = {
  mode: "payment",
  line_items: [item],
  success_url: "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
} as const satisfies Stripe.Checkout.SessionCreateParams;

describe.each(transports)("checkout sessions, $name", (transport) => {
  const context = useSandbox(transport, { publicUrl: "http://127.0.0.1:9999/stripe-sandbox/" });

  test("of payment mode add up their line items", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      ...payment,
      customer,
      cancel_url: "https://shop.example/cart",
      client_reference_id: "order-1",
      metadata: { order: "1" },
      line_items: [
        item,
        {
          price_data: {
            currency: "usd",
            unit_amount: 99,
            product_data: { name: "Sticker", description: "Round" },
          },
        },
      ],
      payment_intent_data: { setup_future_usage: "off_session", metadata: { order: "1" } },
      expand: ["line_items"],
    });
    expect(session).toMatchObject({
      object: "checkout.session",
      mode: "payment",
      status: "open",
      payment_status: "unpaid",
      amount_subtotal: 2_599,
      amount_total: 2_599,
      currency: "usd",
      customer,
      client_reference_id: "order-1",
      metadata: { order: "1" },
      payment_intent: null,
      success_url: payment.success_url,
      cancel_url: "https://shop.example/cart",
    });
    expect(session.url).toBe(`http://127.0.0.1:9999/stripe-sandbox/pay/${session.id}`);
    expect(session.line_items?.data).toMatchObject([
      { object: "item", description: "Seat", quantity: 2, amount_total: 2_500 },
      { description: "Sticker", quantity: 1, amount_total: 99, price: { unit_amount: 99 } },
    ]);
    const { line_items: _, ...unexpanded } = session;
    expect(await stripe.checkout.sessions.retrieve(session.id)).toEqual(unexpanded);
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    expect(items.data).toEqual(session.line_items?.data);
  });

  test("of setup mode begin with a setup intent", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      customer,
      currency: "jmd",
      success_url: "https://shop.example/done",
      setup_intent_data: { metadata: { subscription: "sub_1" } },
      expand: ["setup_intent"],
    });
    expect(session).toMatchObject({
      mode: "setup",
      payment_status: "no_payment_required",
      amount_total: null,
      setup_intent: {
        object: "setup_intent",
        status: "requires_payment_method",
        customer,
        metadata: { subscription: "sub_1" },
      },
    });
  });

  test("expire on demand, once, and with them their intent", async () => {
    const { stripe } = context;
    const { id, setup_intent } = await stripe.checkout.sessions.create({
      mode: "setup",
      success_url: "https://shop.example/done",
    });
    const expired = await stripe.checkout.sessions.expire(id);
    expect(expired).toMatchObject({ status: "expired", url: null });
    const intent = await stripe.setupIntents.retrieve(String(setup_intent));
    expect(intent.status).toBe("canceled");
    const again = await refusal(stripe.checkout.sessions.expire(id));
    expect(again).toMatchObject({ statusCode: 400, type: "StripeInvalidRequestError" });
  });

  test("are listed by customer and status", async () => {
    const { stripe } = context;
    const { id: customer } = await stripe.customers.create({});
    const open = await stripe.checkout.sessions.create({ ...payment, customer });
    const expired = await stripe.checkout.sessions.create({ ...payment, customer });
    await stripe.checkout.sessions.create(payment);
    await stripe.checkout.sessions.expire(expired.id);
    const all = await stripe.checkout.sessions.list({ customer });
    expect(all.data.map(({ id }) => id)).toEqual([expired.id, open.id]);
    const still = await stripe.checkout.sessions.list({ customer, status: "open" });
    expect(still.data.map(({ id }) => id)).toEqual([open.id]);
  });

  test.each<[string, object]>([
    ["mode", { mode: "subscription" }],
    ["success_url", { success_url: "" }],
    ["success_url", { success_url: "javascript:alert(1)" }],
    ["cancel_url", { cancel_url: "not a url" }],
    ["line_items", { line_items: [] }],
    ["line_items[0][price_data]", { line_items: [{ price: "price_1", quantity: 1 }] }],
    ["line_items[0][quantity]", { line_items: [{ ...item, quantity: 0 }] }],
    ["line_items", { line_items: [{ ...item, quantity: 900_000 }] }],
    ["customer", { customer: "cus_missing" }],
    ["expires_at", { expires_at: 1 }],
    ["automatic_tax", { automatic_tax: { enabled: true } }],
  ])("refuse a wrong %s", async (param, wrong) => {
    const call = context.stripe.checkout.sessions.create({ ...payment, ...wrong });
    expect(await refusal(call)).toMatchObject({ statusCode: 400, param });
  });
});

describe("the time of a checkout session", () => {
  let nowMs = Date.UTC(2030, 0, 1);
  const context = useSandbox(undefined, { now: () => nowMs });

  test("runs out after a day, or when the caller says", async () => {
    const { stripe } = context;
    const day = await stripe.checkout.sessions.create(payment);
    const hourAwayS = nowMs / 1_000 + 3_600;
    const hour = await stripe.checkout.sessions.create({ ...payment, expires_at: hourAwayS });
    expect(hour.expires_at).toBe(hourAwayS);

    nowMs += 3_600_000;
    expect((await stripe.checkout.sessions.retrieve(hour.id)).status).toBe("expired");
    expect((await stripe.checkout.sessions.retrieve(day.id)).status).toBe("open");
    nowMs += 23 * 3_600_000;
    expect((await stripe.checkout.sessions.retrieve(day.id)).status).toBe("expired");
    const { data } = await stripe.events.list({ type: "checkout.session.expired" });
    expect(data.map((event) => (event.data.object as Stripe.Checkout.Session).id)).toEqual([
      day.id,
      hour.id,
    ]);
  });
});
