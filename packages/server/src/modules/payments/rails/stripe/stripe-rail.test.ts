import { createStripeSandbox, listen, type StripeSandbox } from "@farthing/stripe-sandbox";
import { describe, expect, test } from "vitest";
import {
  describeRail,
  describeRailPage,
  type RailWithPage,
} from "#modules/payments/rails/rail.contract.ts";
import { describeRailJournal } from "#modules/payments/rails/rail-journal.contract.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { signedNotice } from "#test/support/payments/signed-notice.ts";
import { createStripeRail, type StripeRailOptions } from "./stripe-rail.ts";

const WEBHOOK_SECRET = "whsec_test";
const keys = { apiKey: "sk_test_contract", webhookSecret: WEBHOOK_SECRET };
const cards = {
  works: "pm_card_visa",
  cannotBeSaved: "pm_card_chargeDeclined",
  failsWhenCharged: "pm_card_chargeCustomerFail",
};

function underTest(
  sandbox: StripeSandbox,
  options: Partial<StripeRailOptions>,
  close: () => Promise<void>,
): RailWithPage {
  return {
    rail: createStripeRail({ ...keys, ...options }),
    cards,
    payOnPage: async (url) => void (await payOnPage(sandbox, url)),
    async chargeCount(paymentRef) {
      return sandbox.journal.charges().filter((charge) => charge.paymentIntent === paymentRef)
        .length;
    },
    async cancelPayment(paymentRef) {
      const url = `https://api.stripe.com/v1/payment_intents/${paymentRef}/cancel`;
      const headers = { authorization: `Bearer ${keys.apiKey}` };
      await sandbox.fetch(url, { method: "POST", headers });
    },
    notice: (atMs) => signedNotice(WEBHOOK_SECRET, atMs),
    close,
  };
}

const inProcess = async () => {
  const sandbox = createStripeSandbox();
  return underTest(sandbox, { fetch: sandbox.fetch }, () => sandbox.close());
};

const overTcp = async () => {
  const sandbox = createStripeSandbox();
  const server = await listen(sandbox, { port: 0 });
  const { port } = server;
  return underTest(sandbox, { host: "127.0.0.1", port, protocol: "http" }, async () => {
    await server.close();
    await sandbox.close();
  });
};

describeRail("Stripe's adapter on the sandbox in this process", inProcess);
describeRailJournal("Stripe's adapter on the sandbox in this process", inProcess);
describeRailPage("Stripe's adapter on the sandbox in this process", inProcess);
describeRail("Stripe's adapter on the sandbox over TCP", overTcp);
describeRailJournal("Stripe's adapter on the sandbox over TCP", overTcp);
describeRailPage("Stripe's adapter on the sandbox over TCP", overTcp);

describe("what Stripe did not decide is unknown", () => {
  const answering = (status: number, body: string) =>
    createStripeRail({
      ...keys,
      retriesMax: 0,
      fetch: async () => new Response(body, { status, headers: { "request-id": "req_1" } }),
    });
  const errorBody = (error: Record<string, string>) => JSON.stringify({ error });

  test.each([
    {
      status: 500,
      body: errorBody({ type: "api_error", message: "down" }),
      because: "it may have been done before the failure",
    },
    { status: 502, body: "<html>Bad gateway</html>", because: "something in between answered" },
    { status: 503, body: "{}", because: "so did this, in JSON" },
    {
      status: 429,
      body: errorBody({ type: "invalid_request_error", code: "rate_limit" }),
      because: "it was too busy to look",
    },
    {
      status: 409,
      body: errorBody({ type: "invalid_request_error", code: "idempotency_key_in_use" }),
      because: "the same request is still being answered",
    },
    {
      status: 400,
      body: errorBody({ type: "idempotency_error", message: "other parameters" }),
      because: "the key belongs to another request",
    },
    {
      status: 401,
      body: errorBody({ type: "invalid_request_error", message: "Invalid API Key" }),
      because: "a wrong key says nothing about the payment",
    },
  ])("a $status: $because", async ({ status, body }) => {
    const rail = answering(status, body);
    expect(await rail.confirmPayment("pi_1", "pm_1", "a")).toMatchObject({ type: "unknown" });
    expect(await rail.retrievePayment("pi_1")).toMatchObject({ type: "unknown" });
  });

  test("a connection that breaks", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed"));
    const rail = createStripeRail({ ...keys, retriesMax: 0, fetch });
    expect(await rail.confirmPayment("pi_1", "pm_1", "a")).toMatchObject({ type: "unknown" });
  });

  test("no answer in time", async () => {
    const fetch = (_input: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      });
    const rail = createStripeRail({ ...keys, retriesMax: 0, timeoutMs: 5, fetch });
    expect(await rail.confirmPayment("pi_1", "pm_1", "a")).toMatchObject({ type: "unknown" });
  });

  test("a refusal after which Stripe falls silent", async () => {
    let calls = 0;
    const refusal = errorBody({ type: "card_error", code: "card_declined", message: "No." });
    const fetch = async () => {
      calls += 1;
      return calls === 1
        ? new Response(refusal, { status: 402 })
        : new Response("{}", { status: 503 });
    };
    const rail = createStripeRail({ ...keys, retriesMax: 0, fetch });
    expect(await rail.confirmPayment("pi_1", "pm_1", "a")).toMatchObject({ type: "unknown" });
  });
});
