import { describe, expect, test } from "vitest";
import { key, refusal, transports, useSandbox } from "./support.ts";

const wanted = { amount: 100, currency: "usd", payment_method: "pm_card_visa", confirm: true };

describe.each(transports)("idempotency keys, $name", (transport) => {
  const context = useSandbox(transport);

  test("replay the first answer, and nothing is charged twice", async () => {
    const { stripe, sandbox } = context;
    const options = { idempotencyKey: "order-1" };
    const calls = [1, 2, 3, 4, 5].map(() => stripe.paymentIntents.create(wanted, options));
    const [first, ...others] = await Promise.all(calls);
    for (const other of others) expect(other).toEqual(first);
    expect(sandbox.journal.charges()).toHaveLength(1);
    const replayed = await stripe.paymentIntents.create(wanted, options);
    const headers = new Headers(replayed.lastResponse.headers);
    expect(headers.get("idempotent-replayed")).toBe("true");
    expect(headers.get("original-request")).toBe(first?.lastResponse.requestId);
    expect(new Headers(first?.lastResponse.headers).has("idempotent-replayed")).toBe(false);
  });

  test("replay a decline with its status and body", async () => {
    const { stripe, sandbox } = context;
    const declined = { ...wanted, payment_method: "pm_card_chargeDeclined" };
    const options = { idempotencyKey: "order-1" };
    const first = await refusal(stripe.paymentIntents.create(declined, options));
    const second = await refusal(stripe.paymentIntents.create(declined, options));
    expect(second).toMatchObject({ statusCode: 402, code: "card_declined" });
    expect(second.payment_intent).toEqual(first.payment_intent);
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test("do not depend on the order of the parameters", async () => {
    const options = { idempotencyKey: "order-1" };
    const first = await context.stripe.customers.create(
      { name: "Ada", metadata: { a: "1", b: "2" } },
      options,
    );
    const second = await context.stripe.customers.create(
      { metadata: { b: "2", a: "1" }, name: "Ada" },
      options,
    );
    expect(second.id).toBe(first.id);
  });

  test("refuse other parameters and other endpoints", async () => {
    const { stripe, sandbox } = context;
    const options = { idempotencyKey: "order-1" };
    const { id } = await stripe.paymentIntents.create(wanted, options);
    for (const call of [
      stripe.paymentIntents.create({ ...wanted, amount: 101 }, options),
      stripe.paymentIntents.cancel(id, {}, options),
    ]) {
      expect(await refusal(call)).toMatchObject({
        type: "StripeIdempotencyError",
        statusCode: 400,
        rawType: "idempotency_error",
      });
    }
    expect(sandbox.journal.charges()).toHaveLength(1);
  });

  test("keep an answer that depended on the state, but not one about wrong parameters", async () => {
    const { stripe } = context;
    const options = { idempotencyKey: "order-1" };
    const wrong = { amount: 0, currency: "usd" };
    expect((await refusal(stripe.paymentIntents.create(wrong, options))).statusCode).toBe(400);
    const { id } = await stripe.paymentIntents.create({ ...wrong, amount: 1 }, options);
    await stripe.paymentIntents.cancel(id);

    const cancelAgain = () => stripe.paymentIntents.cancel(id, {}, { idempotencyKey: "cancel" });
    const first = await refusal(cancelAgain());
    const second = await refusal(cancelAgain());
    expect(second.message).toBe(first.message);
    expect(second.headers).toMatchObject({ "idempotent-replayed": "true" });
  });

  test("do nothing on a GET", async () => {
    const { stripe } = context;
    const { id } = await stripe.customers.create({ name: "Ada" });
    const options = { idempotencyKey: "read" };
    await stripe.customers.retrieve(id, {}, options);
    await stripe.customers.update(id, { name: "Bob" });
    expect(await stripe.customers.retrieve(id, {}, options)).toMatchObject({ name: "Bob" });
  });
});

describe("a very long idempotency key", () => {
  const context = useSandbox();

  test("is refused", async () => {
    const response = await context.sandbox.fetch("http://sandbox/v1/customers", {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "idempotency-key": "k".repeat(256) },
    });
    expect(response.status).toBe(400);
  });
});
