import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { createStripeSandbox, type Delivery } from "../src/index.ts";
import {
  createReceiver,
  refusal,
  sdkInProcess,
  submitPage,
  transports,
  useSandbox,
} from "./support.ts";

const url = "http://merchant.test/webhooks";

describe.each(transports)("webhook endpoints, $name", (transport) => {
  const context = useSandbox(transport);

  test("are created with a secret that is told once", async () => {
    const { stripe } = context;
    const created = await stripe.webhookEndpoints.create({
      url,
      enabled_events: ["payment_intent.succeeded"],
      description: "billing",
      metadata: { a: "1" },
    });
    expect(created.secret).toMatch(/^whsec_\w{32}$/);
    const { secret: _, ...told } = created;
    expect(told).toMatchObject({ object: "webhook_endpoint", url, status: "enabled" });
    expect(await stripe.webhookEndpoints.retrieve(created.id)).toEqual(told);
    expect((await stripe.webhookEndpoints.list()).data).toEqual([told]);
    const deleted = await stripe.webhookEndpoints.del(created.id);
    expect(deleted).toEqual({ id: created.id, object: "webhook_endpoint", deleted: true });
    expect((await refusal(stripe.webhookEndpoints.retrieve(created.id))).statusCode).toBe(404);
  });

  test("need a web address and events", async () => {
    const { stripe } = context;
    const noUrl = stripe.webhookEndpoints.create({ url: "ftp://x", enabled_events: ["*"] });
    expect((await refusal(noUrl)).param).toBe("url");
    const noEvents = stripe.webhookEndpoints.create({ url, enabled_events: [] });
    expect((await refusal(noEvents)).param).toBe("enabled_events");
  });
});

describe("webhooks", () => {
  async function open(options: Parameters<typeof createStripeSandbox>[0]) {
    const sandbox = createStripeSandbox(options);
    const stripe = sdkInProcess(sandbox);
    const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ["*"] });
    return { sandbox, stripe, secret: endpoint.secret ?? "" };
  }

  test("are signed so that the SDK verifies them, and only with the right secret", async () => {
    const { received, deliver } = createReceiver();
    const { sandbox, stripe, secret } = await open({ deliver });
    const customer = await stripe.customers.create({ name: "Ada" }, { idempotencyKey: "k1" });
    await sandbox.idle();
    const [delivery] = received as [Delivery];
    expect(delivery.url).toBe(url);
    const signature = delivery.headers["stripe-signature"] ?? "";
    const event = stripe.webhooks.constructEvent(delivery.body, signature, secret);
    expect(event).toMatchObject({
      object: "event",
      type: "customer.created",
      api_version: "2026-10-28.endive",
      data: { object: customer },
      request: { id: customer.lastResponse.requestId, idempotency_key: "k1" },
      pending_webhooks: 1,
    });
    for (const [body, other] of [
      [`${delivery.body} `, secret],
      [delivery.body, "whsec_other"],
    ] as const) {
      expect(() => stripe.webhooks.constructEvent(body, signature, other)).toThrow(
        Stripe.errors.StripeSignatureVerificationError,
      );
    }
    expect(await stripe.events.retrieve(event.id)).toMatchObject({
      id: event.id,
      pending_webhooks: 0,
    });
    await sandbox.close();
  });

  test("tell the whole story of cards and payments", async () => {
    const { received, deliver, types } = createReceiver();
    const { sandbox, stripe } = await open({ deliver });
    const seen = async () => {
      await sandbox.idle();
      const told = types();
      received.length = 0;
      return told;
    };
    const { id: customer } = await stripe.customers.create({});
    const card = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    expect(await seen()).toEqual(["customer.created", "payment_method.attached"]);

    const wanted = { amount: 100, currency: "usd", customer, confirm: true } as const;
    await stripe.paymentIntents.create({ ...wanted, payment_method: card.id });
    expect(await seen()).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
    ]);

    const declined = { ...wanted, payment_method: "pm_card_chargeDeclined" };
    const { payment_intent } = await refusal(stripe.paymentIntents.create(declined));
    await stripe.paymentIntents.cancel(payment_intent?.id ?? "");
    expect(await seen()).toEqual([
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
      "payment_intent.canceled",
    ]);

    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      customer,
      success_url: "https://shop.example/done",
    });
    await submitPage(sandbox, session.url, { number: "4000000000000002" });
    await submitPage(sandbox, session.url);
    expect(await seen()).toEqual([
      "setup_intent.created",
      "setup_intent.setup_failed",
      "payment_method.attached",
      "setup_intent.succeeded",
      "checkout.session.completed",
    ]);

    const abandoned = await stripe.checkout.sessions.create({
      mode: "setup",
      success_url: "https://shop.example/done",
    });
    await stripe.checkout.sessions.expire(abandoned.id);
    await stripe.paymentMethods.detach(card.id);
    await stripe.customers.update(customer, { name: "Ada" });
    expect(await seen()).toEqual([
      "setup_intent.created",
      "setup_intent.canceled",
      "checkout.session.expired",
      "payment_method.detached",
      "customer.updated",
    ]);
    await sandbox.close();
  });

  test("show the object as it was when it happened", async () => {
    const { received, deliver } = createReceiver();
    const { sandbox, stripe } = await open({ deliver });
    const { id } = await stripe.customers.create({ name: "Ada" });
    await stripe.customers.update(id, { name: "Bob" });
    await sandbox.idle();
    const names = received.map(({ body }) => (JSON.parse(body) as Stripe.Event).data.object);
    expect(names).toMatchObject([{ name: "Ada" }, { name: "Bob" }]);
    const { data } = await stripe.events.list({ types: ["customer.created", "customer.updated"] });
    expect(data.map(({ data: { object } }) => object)).toEqual(names.toReversed());
    expect((await stripe.events.list({ type: "customer.updated" })).data).toHaveLength(1);
    await sandbox.close();
  });

  test("go only to endpoints that want them", async () => {
    const { received, deliver } = createReceiver();
    const sandbox = createStripeSandbox({ deliver });
    const stripe = sdkInProcess(sandbox);
    const enabled_events: ["charge.failed"] = ["charge.failed"];
    const { id } = await stripe.webhookEndpoints.create({ url, enabled_events });
    await stripe.customers.create({});
    await sandbox.idle();
    expect(received).toEqual([]);
    await stripe.webhookEndpoints.del(id);
    await sandbox.close();
  });

  test("can go to an endpoint whose secret is chosen beforehand", async () => {
    const { received, deliver } = createReceiver();
    const webhookEndpoints = [{ url, secret: "whsec_mine", enabledEvents: ["customer.created"] }];
    const sandbox = createStripeSandbox({ deliver, webhookEndpoints });
    const stripe = sdkInProcess(sandbox);
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: "Ada" });
    await sandbox.idle();
    const [delivery, ...others] = received as [Delivery];
    const signature = delivery.headers["stripe-signature"] ?? "";
    const event = stripe.webhooks.constructEvent(delivery.body, signature, "whsec_mine");
    expect(event.type).toBe("customer.created");
    expect(others).toEqual([]);
    await sandbox.close();
  });

  test("do not hold up the answer", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let deliveredCount = 0;
    const deliver = async () => {
      await held;
      deliveredCount += 1;
      return { status: 200 };
    };
    const { sandbox, stripe } = await open({ deliver });
    await stripe.customers.create({});
    await stripe.customers.create({});
    expect(deliveredCount).toBe(0);
    release();
    await sandbox.idle();
    expect(deliveredCount).toBe(2);
    await sandbox.close();
  });

  test("are tried again at growing delays, then given up", async () => {
    let nowMs = Date.UTC(2030, 0, 1);
    const { received, deliver } = createReceiver(() => 500);
    const webhookRetryDelaysMs = [1_000, 60_000];
    const { sandbox, stripe } = await open({ deliver, webhookRetryDelaysMs, now: () => nowMs });
    await stripe.customers.create({});
    const attemptsAfter = async (delayMs: number) => {
      nowMs += delayMs;
      await sandbox.idle();
      return received.length;
    };
    expect(await attemptsAfter(0)).toBe(1);
    expect(await attemptsAfter(999)).toBe(1);
    expect(await attemptsAfter(1)).toBe(2);
    expect(await attemptsAfter(59_999)).toBe(2);
    expect(await attemptsAfter(1)).toBe(3);
    expect(await attemptsAfter(86_400_000)).toBe(3);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    const signatures = received.map(({ headers }) => headers["stripe-signature"]);
    expect(new Set(signatures).size).toBe(3);
    await sandbox.close();
  });

  test("survive an endpoint that cannot be reached", async () => {
    let attemptCount = 0;
    const deliver = async () => {
      attemptCount += 1;
      if (attemptCount < 3) throw new Error("connection refused");
      return { status: 200 };
    };
    const { sandbox, stripe } = await open({ deliver, webhookRetryDelaysMs: [0, 0, 0] });
    await stripe.customers.create({});
    await sandbox.idle();
    expect(attemptCount).toBe(3);
    await sandbox.close();
  });

  test("on their way are cut off by close", async () => {
    let signal: AbortSignal | undefined;
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const deliver = (delivery: Delivery) =>
      new Promise<{ status: number }>((_, reject) => {
        signal = delivery.signal;
        delivery.signal.addEventListener("abort", () => reject(new Error("aborted")));
        begun();
      });
    const { sandbox, stripe } = await open({ deliver });
    await stripe.customers.create({});
    await hasBegun;
    await sandbox.close();
    expect(signal?.aborted).toBe(true);
    await sandbox.idle();
  });

  test("leave by HTTP unless told otherwise", async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        bodies.push(`${request.method} ${request.url} ${(JSON.parse(body) as Stripe.Event).type}`);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const sandbox = createStripeSandbox();
    const stripe = sdkInProcess(sandbox);
    await stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${port}/hook`,
      enabled_events: ["customer.created"],
    });
    await stripe.customers.create({});
    await sandbox.idle();
    expect(bodies).toEqual(["POST /hook customer.created"]);
    await sandbox.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
