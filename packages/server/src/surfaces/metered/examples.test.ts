import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import {
  type Example,
  filledIn,
  masked,
  readExample,
  replay,
  type Values,
} from "#test/support/examples.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";

let shop: TestApp;
let receiver: WebhookReceiver;
beforeAll(async () => {
  shop = await createTestApp();
  receiver = await startWebhookReceiver();
  const body = { url: receiver.url, dialect: "metered" };
  await shop.call("POST", "/v1/webhook_endpoints", { body });
});
afterAll(async () => {
  await shop.stop();
  await receiver.close();
});

/** Sends an example's request and holds the reply to the example's; answers the `data` of it. */
async function expectExample(name: string, values: Values = {}): Promise<Json> {
  const example: Example = readExample(import.meta.url, name);
  const { status, body } = await replay(shop, example, values);
  const expected = filledIn(example.reply, values);
  const { section } = example;
  expect({ section, status, body: masked(body, expected.body) }).toEqual({ section, ...expected });
  return body.data;
}

/** Does what the payer does: follows the link, gives a card, and is led back. */
async function payAt(shortLink: string, cardNumber?: string): Promise<string> {
  const link = await shop.call("GET", new URL(shortLink).pathname, { token: null });
  const back = new URL(
    await payOnPage(shop.app.sandbox, String(link.headers["location"]), cardNumber),
  );
  const end = await shop.call("GET", back.pathname + back.search, { token: null });
  return String(end.headers["location"]);
}

const currentUsage = async (uid: string) =>
  (await shop.call("GET", `/api/v1/billing_subscriptions/${uid}`)).body.data.current_usage;

describe("the business plan", () => {
  const values: Record<string, string> = {};

  test("2. Define Usage Metrics", async () => {
    values["plan_uid"] = (await expectExample("create-plan")).uid;
  });

  test("3. Create Subscription: the link leads to a page, and the payer comes back to the application", async () => {
    const link = await expectExample("create-link", values);
    values["subscription_uid"] = link.uid;
    const again = await expectExample("create-link", values);
    expect(again).toEqual(link);

    expect(await payAt(link.payment_urls.short_link)).toBe("https://your-app.com/billing/success");
    const { body } = await replay(shop, readExample(import.meta.url, "create-link"), values);
    expect(body.data).toMatchObject({ status: "active", payment_urls: link.payment_urls });
  });

  test("4. Recording Usage: one package", async () => {
    await expectExample("record-package", values);
    expect(await currentUsage(values["subscription_uid"] ?? "")).toEqual([
      { metric: "packages", count: 1, amount: 50 },
    ]);
  });

  test("5. Usage with Idempotency: the same event_id again is acknowledged and counted once", async () => {
    const once = { ...values, event_id: "evt_shipment_1" };

    await expectExample("record-once", { ...once, status: "recorded" });
    await expectExample("record-once", { ...once, status: "duplicate" });

    expect(await currentUsage(values["subscription_uid"] ?? "")).toEqual([
      { metric: "packages", count: 2, amount: 100 },
    ]);
  });

  test("5. the same event_id for something else is a conflict, and nothing is counted", async () => {
    const { status, body } = await shop.call(
      "POST",
      `/api/v1/billing_subscriptions/${values["subscription_uid"]}/usage`,
      { body: { metric: "packages", metric_count: 2, reference_id: "evt_shipment_1" } },
    );

    expect([status, body.state, body.error.code]).toEqual([409, "error", "usage_reference_reused"]);
  });

  test("7. Viewing Current Usage: 47 packages are 2350.00", async () => {
    for (let shipped = 2; shipped < 47; shipped += 1) await expectExample("record-package", values);

    const subscription = await expectExample("current-usage", values);

    const plan = (await shop.call("GET", `/api/v1/billing_plans/${values["plan_uid"]}`)).body.data;
    const usageTotal = subscription.current_usage.reduce(
      (sum: number, { amount }: { amount: number }) => sum + amount,
      0,
    );
    expect(plan.price + usageTotal).toBe(5349);
  });

  test("4. Recording Usage: returns, and a day's calls in one", async () => {
    await expectExample("record-return", values);
    await expectExample("record-daily-summary", values);

    expect(await currentUsage(values["subscription_uid"] ?? "")).toEqual([
      { metric: "packages", count: 47, amount: 2350 },
      { metric: "returns", count: 1, amount: 100 },
      { metric: "api_calls", count: 1250, amount: 125 },
    ]);
  });
});

describe("Complete Example: Shipping Platform", () => {
  const values: Record<string, string> = {};
  const webhooks: Json = readExample(import.meta.url, "webhooks");

  /** What the receiver was told of this merchant since it was last asked, by the events' names. */
  let heard = 0;
  async function told(): Promise<Json[]> {
    await shop.settle();
    const news = receiver.received.slice(heard).map(({ body }) => JSON.parse(body));
    heard = receiver.received.length;
    return news
      .filter(({ data }) => data.subscription.meta_data.merchant_id === "merchant_7")
      .toSorted((one, other) => one.event.localeCompare(other.event));
  }

  test("1. and 2. the plan, and the merchant's payment page", async () => {
    values["plan_uid"] = (await expectExample("shipping-plan")).uid;
    const { uid, payment_urls } = await expectExample("shipping-signup", values);
    values["subscription_uid"] = uid;
    await told();

    expect(await payAt(payment_urls.short_link)).toBe("https://shipfast.com/dashboard");
  });

  test("3. the webhook subscriptions.activated brings the uid to keep", async () => {
    expect(await told()).toEqual([filledIn(webhooks.activated, values)]);
  });

  test("4., 5. and 6. 150 shipments and 12 returns make a bill of 11,699", async () => {
    for (let shipped = 0; shipped < 150; shipped += 1)
      await expectExample("record-package", values);
    for (let returned = 0; returned < 12; returned += 1)
      await expectExample("record-return", values);

    const uid = values["subscription_uid"] ?? "";
    const { body } = await shop.call("GET", `/api/v1/billing_subscriptions/${uid}`);
    const { current_usage, current_period_end } = body.data;
    expect(current_usage).toEqual([
      { metric: "packages", count: 150, amount: 7500.0 },
      { metric: "returns", count: 12, amount: 1200.0 },
    ]);
    const basePrice = 2999.0;
    const usageTotal = current_usage.reduce(
      (sum: number, { amount }: { amount: number }) => sum + amount,
      0,
    );
    expect({ usageTotal, total: basePrice + usageTotal, periodEnds: current_period_end }).toEqual({
      usageTotal: 8700,
      total: 11_699,
      periodEnds: "2026-02-15T12:00:00.000Z",
    });
  });

  test("the period's end: renewed with the charges of the period, and paid", async () => {
    await shop.moveTo(Date.UTC(2026, 1, 15, 12));
    const [paid, renewed, ...more] = await told();

    const invoice = (status: string) => filledIn(webhooks.invoice, { ...values, status });
    const expected = (event: string, status: string) => {
      const { subscription, customer } = filledIn(webhooks.activated, values).data;
      const next = {
        ...subscription,
        current_period_start: "2026-02-15T12:00:00.000Z",
        current_period_end: "2026-03-15T12:00:00.000Z",
      };
      return { event, data: { subscription: next, customer, invoice: invoice(status) } };
    };
    const renewal = expected("subscriptions.renewed", "open");
    const payment = expected("subscriptions.payment_succeeded", "paid");
    expect(masked(renewed, renewal)).toEqual(renewal);
    expect(masked(paid, payment)).toEqual(payment);
    expect(more).toEqual([]);
  });

  test("its figures stay to be read as the closed period", async () => {
    const path = `/api/v1/billing_subscriptions/${values["subscription_uid"]}/periods`;
    const [open, closed] = (await shop.call("GET", path)).body.data;

    expect(open).toMatchObject({ status: "open", base_amount: 2999, usage_amount: 0, total: 2999 });
    expect(closed).toEqual({
      period_start: "2026-01-15T12:00:00.000Z",
      period_end: "2026-02-15T12:00:00.000Z",
      status: "closed",
      base_amount: 2999,
      usage_amount: 8700,
      total: 11_699,
      usage_charges: webhooks.invoice.usage_charges,
      invoice_uid: expect.stringMatching(/^inv_/),
    });
  });

  test("a payment that fails is told with what was to be paid", async () => {
    const { body } = await shop.call("GET", "/v1/customers?email=grace@shipfast.com");
    await shop.call("POST", `/v1/customers/${body.data[0].id}/payment_methods`, {
      body: { token: "pm_card_chargeCustomerFail" },
    });
    await shop.moveTo(Date.UTC(2026, 2, 15, 12));

    const [failed, renewed, ...more] = await told();

    expect(renewed).toMatchObject({
      event: "subscriptions.renewed",
      data: { invoice: { base_amount: 2999, usage_amount: 0, total: 2999, usage_charges: [] } },
    });
    expect(failed).toMatchObject({
      event: "subscriptions.payment_failed",
      data: {
        subscription: { status: "past_due", meta_data: { merchant_id: "merchant_7" } },
        customer: { email: "grace@shipfast.com" },
        invoice: { status: "open", base_amount: 2999, usage_amount: 0, total: 2999 },
      },
    });
    expect(more).toEqual([]);
  });

  test("subscriptions.cancelled ends it", async () => {
    const path = `/api/v1/billing_subscriptions/${values["subscription_uid"]}/cancel`;
    const { body } = await shop.call("POST", path, { body: { at_period_end: false } });
    expect(body.data.status).toBe("cancelled");

    expect(await told()).toMatchObject([
      {
        event: "subscriptions.cancelled",
        data: { subscription: { uid: values["subscription_uid"], status: "cancelled" } },
      },
    ]);
  });
});
