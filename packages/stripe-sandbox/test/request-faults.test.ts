import { describe, expect, test } from "vitest";
import type { Fault } from "../src/index.ts";
import { refusal, transports, useSandbox } from "./support.ts";

const wanted = { amount: 100, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const create = "POST /v1/payment_intents";

describe.each(transports)("faults of requests, $name", (transport) => {
  const context = useSandbox(transport);
  const key = { idempotencyKey: "order-1" };
  const pay = () => context.stripe.paymentIntents.create(wanted, key);
  const chargeCount = () => context.sandbox.journal.charges().length;
  // A request whose connection breaks is sent once more by the SDK over TCP, whatever it is told.
  const times = transport.name === "over TCP" ? 2 : 1;

  test.each<{ order: Fault; type: string; status: number | undefined; because: string }>([
    {
      order: { fault: "disconnect", on: create },
      type: "StripeConnectionError",
      status: undefined,
      because: "the caller cannot know that the card was charged",
    },
    {
      order: { fault: "timeout", on: create, holdMs: 1 },
      type: "StripeConnectionError",
      status: undefined,
      because: "no answer ever comes",
    },
    {
      order: { fault: "server_error", on: create },
      type: "StripeAPIError",
      status: 500,
      because: "it failed after the charge",
    },
  ])("$order.fault after success: $because", async ({ order, type, status }) => {
    const isRepeated = status === undefined;
    context.sandbox.faults.add(isRepeated ? { ...order, times } : order);
    expect(await refusal(pay())).toMatchObject({ type, statusCode: status });
    expect(chargeCount()).toBe(1);
    const intents = await context.stripe.paymentIntents.list();
    expect(intents.data).toMatchObject([{ status: "succeeded", amount: 100 }]);
    const hitCount = isRepeated ? times : 1;
    expect(context.sandbox.faults.list()).toMatchObject([{ seenCount: hitCount, hitCount }]);
  });

  test.each<{ order: Fault; type: string; status: number | undefined }>([
    {
      order: { fault: "disconnect", isDone: false },
      type: "StripeConnectionError",
      status: undefined,
    },
    { order: { fault: "server_error", isDone: false }, type: "StripeAPIError", status: 500 },
    { order: { fault: "rate_limit" }, type: "StripeRateLimitError", status: 429 },
  ])("$order.fault before anything is done leaves nothing", async ({ order, type, status }) => {
    context.sandbox.faults.add(status === undefined ? { ...order, times } : order);
    expect(await refusal(pay())).toMatchObject({ type, statusCode: status });
    expect(chargeCount()).toBe(0);
    expect((await pay()).status).toBe("succeeded");
    expect(chargeCount()).toBe(1);
  });

  test("after a lost answer the same key tells what happened, and charges nothing more", async () => {
    context.sandbox.faults.add({ fault: "disconnect", on: create, times });
    await refusal(pay());
    expect(await pay()).toMatchObject({ status: "succeeded" });
    expect(chargeCount()).toBe(1);
  });

  test("after a 500 the same key replays the 500, as on Stripe: the truth is read", async () => {
    context.sandbox.faults.add({ fault: "server_error", on: create });
    await refusal(pay());
    const replayed = await refusal(pay());
    expect(replayed).toMatchObject({ statusCode: 500 });
    expect(replayed.headers).toMatchObject({ "idempotent-replayed": "true" });
    expect(chargeCount()).toBe(1);
  });

  test("keys can be ignored, and then each request charges", async () => {
    context.sandbox.faults.add({ fault: "ignore_idempotency_key", times: null });
    const first = await pay();
    const second = await pay();
    expect(second.id).not.toBe(first.id);
    expect(chargeCount()).toBe(2);
  });

  test("strike the operation, after those spared, as often as was said", async () => {
    const { stripe, sandbox } = context;
    const on = "POST /v1/customers/:id";
    sandbox.faults.add({ fault: "rate_limit", on, skip: 1, times: 2 });
    const { id } = await stripe.customers.create({});
    const outcomes: unknown[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      const outcome = stripe.customers.update(id, { name }).then(
        () => "done",
        (error: { statusCode: number }) => error.statusCode,
      );
      outcomes.push(await outcome);
    }
    expect(outcomes).toEqual(["done", 429, 429, "done"]);
    expect(sandbox.faults.list()).toMatchObject([{ seenCount: 4, hitCount: 2 }]);
  });

  test("that end a request strike one after the other", async () => {
    const { sandbox } = context;
    sandbox.faults.add({ fault: "rate_limit" }, { fault: "server_error", isDone: false });
    expect((await refusal(pay())).statusCode).toBe(429);
    expect((await refusal(pay())).statusCode).toBe(500);
    expect((await pay()).status).toBe("succeeded");
  });

  test("come and go by chance, the same for the same seed", async () => {
    const { stripe, sandbox } = context;
    const play = async (seed: string) => {
      sandbox.faults.clear();
      sandbox.faults.add({ fault: "rate_limit", times: null, chance: 0.5, seed });
      const statuses: boolean[] = [];
      for (let index = 0; index < 24; index += 1) {
        statuses.push(await stripe.customers.list().then(Boolean, () => false));
      }
      return statuses;
    };
    const first = await play("a");
    expect(new Set(first).size).toBe(2);
    expect(await play("a")).toEqual(first);
    expect(await play("b")).not.toEqual(first);
  });

  test.each<{ order: object; message: string }>([
    { order: { fault: "flood" }, message: "`fault` is one of" },
    { order: { fault: "rate_limit", time: 1 }, message: "rate_limit has no `time`" },
    { order: { fault: "rate_limit", times: 0 }, message: "`times` is a whole number from 1" },
    { order: { fault: "late_webhooks" }, message: "late_webhooks needs `delayMs`" },
    { order: { fault: "rate_limit", constructor: 1 }, message: "rate_limit has no `constructor`" },
  ])("that make no sense are refused: $message", ({ order, message }) => {
    expect(() => context.sandbox.faults.add(order as Fault)).toThrow(message);
    expect(context.sandbox.faults.list()).toEqual([]);
  });
});

describe("a request that is never answered", () => {
  test.each(transports)("ends when its caller gives up, $name", async (transport) => {
    const { sandbox, stripe, close } = await transport.open();
    sandbox.faults.add({ fault: "timeout" });
    const lost = stripe.customers.create({ name: "Ada" }, { timeout: 50 });
    expect((await refusal(lost)).type).toBe("StripeConnectionError");
    expect((await stripe.customers.list()).data).toMatchObject([{ name: "Ada" }]);
    await close();
  });

  test.each(transports)("ends when the sandbox closes, $name", async (transport) => {
    const { sandbox, stripe, close } = await transport.open();
    sandbox.faults.add({ fault: "timeout" });
    const lost = refusal(stripe.customers.create({ name: "Ada" }));
    await expect.poll(() => sandbox.faults.list()[0]?.hitCount).toBe(1);
    await close();
    expect((await lost).type).toBe("StripeConnectionError");
  });
});

describe("the control of faults over HTTP", () => {
  const url = "http://sandbox/_sandbox/faults";
  const authorization = "Bearer sk_test_sandbox";

  describe("of a sandbox that stands alone", () => {
    const context = useSandbox(undefined, { isControllable: true });
    const send = (
      method: string,
      body?: unknown,
      headers: Record<string, string> = { authorization },
    ) =>
      context.sandbox.fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });

    test("adds, shows and forgets", async () => {
      const added = await send("POST", [{ fault: "rate_limit" }, { fault: "disconnect" }]);
      expect(await added.json()).toMatchObject({
        data: [
          { order: { fault: "rate_limit" }, seenCount: 0, hitCount: 0 },
          { order: { fault: "disconnect" } },
        ],
      });
      await refusal(context.stripe.customers.list());
      const shown = (await (await send("GET")).json()) as { data: unknown[] };
      expect(shown.data[0]).toMatchObject({ seenCount: 1, hitCount: 1 });
      expect(await (await send("DELETE")).json()).toEqual({ data: [] });
      await context.stripe.customers.list();
    });

    test("refuses what it cannot read, and whoever has no key", async () => {
      expect((await send("POST", { fault: "flood" })).status).toBe(400);
      expect((await send("PUT")).status).toBe(405);
      expect((await send("GET", undefined, {})).status).toBe(401);
      const text = await context.sandbox.fetch(url, {
        method: "POST",
        headers: { authorization },
        body: "{",
      });
      expect(text.status).toBe(400);
    });
  });

  describe("of a sandbox inside another server", () => {
    const context = useSandbox();

    test("is not there unless asked for", async () => {
      const answer = await context.sandbox.fetch(url, { headers: { authorization } });
      expect(answer.status).toBe(404);
    });
  });
});
