import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { visitBank } from "#test/support/payments/visit-bank.ts";
import { stopVerified } from "#test/support/stop-verified.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

const DECLINED = "pm_card_chargeCustomerFail";
const CHALLENGED = "pm_card_authenticationRequired";

let shop: TestApp;
let story: Story;
let monthly: string;
let term: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  monthly = await story.publish([flat("10.00", "advance")]);
  term = await story.publish([flat("10.00", "advance"), perUnit("calls", "1.00")], {
    interval: { unit: "fixed_days", count: 30 },
    renewal: "none",
    when_unpaid: "stay_past_due",
  });
});
afterEach(() => shop.app.sandbox.faults.clear());
afterAll(() => stopVerified(shop));

/** Somebody with a credit of 3.00, which is what was taken back of a first invoice. */
async function withCredit(plan: string) {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  await shop.settle();
  const [paid] = await ada.bills();
  const body = { amount: "3.00", reason: "Not as promised", to: "balance" };
  await shop.call("POST", `/v1/invoices/${paid?.id}/credit_notes`, { body });
  return { ada, subscription };
}

const creditOf = async ({ id }: Customer) =>
  (await shop.call("GET", `/v1/customers/${id}`)).body.credit_balance;

async function paymentOf({ id }: Customer): Promise<Json> {
  return (await shop.call("GET", `/v1/payments?customer=${id}`)).body.data[0];
}

/** The provider's answer to the charge is lost, and what came of it is heard of later. */
function loseAnswers(): void {
  for (const on of ["POST /v1/payment_intents/:id/confirm", "GET /v1/payment_intents/:id"]) {
    shop.app.sandbox.faults.add({ fault: "disconnect", on, times: null });
  }
}

async function hearOfIt(): Promise<void> {
  shop.app.sandbox.faults.clear();
  for (let round = 0; round < 3; round += 1) await shop.moveTo(shop.clock.now() + 2 * MINUTE_MS);
}

describe("a subscription that was never paid for", () => {
  test("given up, it owes nothing: its first invoice is void, and the credit in it is there again", async () => {
    const { ada } = await withCredit(monthly);
    await ada.gives(DECLINED);
    const second = await ada.subscribes(monthly);
    await shop.settle();
    expect(await creditOf(ada)).toBe("0.00");

    await ada.livesUntil("2026-01-10");

    expect(await second.now()).toMatchObject({ status: "canceled" });
    expect((await ada.invoices()).at(-1)).toMatchObject({ status: "void", total: "10.00" });
    expect(await creditOf(ada)).toBe("3.00");
    expect((await ada.events()).slice(-3)).toEqual([
      "payment.failed",
      "invoice.voided",
      "subscription.canceled",
    ]);
  });

  test("canceled while its charge is on its way: the money that came is the customer's credit", async () => {
    const ada = await story.welcome({ clock: null });
    loseAnswers();
    const subscription = await ada.subscribes(monthly);
    await shop.settle();

    await subscription.cancels("now");
    expect(await ada.invoices()).toMatchObject([{ status: "void" }]);
    await hearOfIt();

    expect(await subscription.now()).toMatchObject({ status: "canceled" });
    expect(await paymentOf(ada)).toMatchObject({ status: "succeeded" });
    expect(await creditOf(ada)).toBe("10.00");
    expect(await ada.books()).toMatchObject({ receivable: 0n, customer_credit: -1000n });
  });

  test("canceled while its payer is at the bank: nothing is owed, and what is paid there is credit", async () => {
    const ada = await story.welcome({ clock: null, card: CHALLENGED });
    const subscription = await ada.subscribes(monthly);
    await shop.settle();
    const { action_url } = await paymentOf(ada);
    const { headers } = await visitBank(shop, action_url, "leave");

    await subscription.cancels("now");
    const body = new URLSearchParams({ outcome: "complete" });
    await shop.app.sandbox.fetch(String(headers["location"]), { method: "POST", body });
    await shop.settle();

    expect(await ada.invoices()).toMatchObject([{ status: "void" }]);
    expect(await creditOf(ada)).toBe("10.00");
  });
});

describe("a term that is not paid for", () => {
  /** Somebody who has bought a further term with a card whose bank wants to see the payer. */
  async function challenged() {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(term);
    await shop.settle();
    await ada.gives(CHALLENGED);
    await subscription.asks("renew");
    await shop.settle();
    return { ada, subscription };
  }

  test("is not charged later, when another card pays what is owed", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(term);
    await shop.settle();
    await subscription.uses("calls", "4");
    await subscription.asks("renew");
    await shop.settle();
    await ada.gives(DECLINED);
    await subscription.asks("renew");
    await ada.livesUntil("2026-02-10");
    expect(await subscription.now()).toMatchObject({ status: "past_due", terms_ahead: 0 });

    await ada.gives("pm_card_visa");
    await shop.settle();

    expect(await subscription.now()).toMatchObject({ status: "active", terms_ahead: 0 });
    expect(await ada.invoices()).toMatchObject([
      { reason: "opening", status: "paid" },
      { reason: "term", status: "paid" },
      { reason: "term", status: "void" },
      { reason: "renewal", status: "paid", total: "4.00" },
    ]);
  });

  test("gives back the credit that it took, which the next attempt takes anew", async () => {
    const { ada, subscription } = await withCredit(term);
    await ada.gives(DECLINED);
    await subscription.asks("renew");
    await shop.settle();
    expect((await ada.invoices()).at(-1)).toMatchObject({ reason: "term", status: "void" });
    expect(await creditOf(ada)).toBe("3.00");

    await ada.gives("pm_card_visa");
    await subscription.asks("renew");
    await shop.settle();

    expect(await subscription.now()).toMatchObject({ terms_ahead: 1 });
    expect(await paymentOf(ada)).toMatchObject({ status: "succeeded", amount: "7.00" });
  });

  test("waits for a payer whom the bank wants, and is added once the bank is satisfied", async () => {
    const { ada, subscription } = await challenged();
    await ada.livesUntil("2026-01-20");
    expect((await ada.invoices()).at(-1)).toMatchObject({ reason: "term", status: "open" });
    expect((await subscription.asks("renew")).body.code).toBe("term_awaits_payment");

    await visitBank(shop, (await paymentOf(ada)).action_url, "complete");
    await shop.settle();

    expect(await subscription.now()).toMatchObject({ status: "active", terms_ahead: 1 });
    await ada.livesUntil("2026-02-10");
    expect(await subscription.period()).toBe("2026-01-31 – 2026-03-02");
  });

  test("is sold as it is: until it is paid nothing else is bought, changed or migrated", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(term);
    await shop.settle();
    await subscription.asks("renew");
    const [, waiting] = await ada.bills();

    const larger = await story.publish([flat("300.00", "advance")], {
      interval: { unit: "fixed_days", count: 30 },
      renewal: "none",
    });
    const { status, body } = await subscription.asks("change", {
      plan: larger,
      policy: "now_without",
    });

    expect([status, body.code]).toEqual([409, "term_awaits_payment"]);
    expect(body.details).toMatchObject({ invoice: waiting?.id });
    await shop.call("POST", `/v1/invoices/${waiting?.id}/void`);
    expect((await subscription.asks("change", { plan: larger, when: "now" })).status).toBe(200);
  });

  test("canceled with its unused time given back, it is not given away by that", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(term);
    await shop.settle();
    await ada.livesUntil("2026-01-16");
    await subscription.asks("renew");

    await subscription.cancels("now", { unused: "credit" });

    expect(await subscription.now()).toMatchObject({ status: "canceled", terms_ahead: 0 });
    expect((await ada.invoices())[1]).toMatchObject({ reason: "term", status: "void" });
    expect(await creditOf(ada)).toBe("5.00");
    expect(await ada.events()).not.toContain("subscription.term_added");
  });

  test("whose payer's link was canceled at the provider is void, and may be bought anew", async () => {
    const { ada, subscription } = await challenged();
    const httpClient = Stripe.createFetchHttpClient(shop.app.sandbox.fetch);
    const dashboard = new Stripe("sk_test_dashboard", { httpClient });
    const [waiting] = (await dashboard.paymentIntents.list({ limit: 1 })).data;
    await dashboard.paymentIntents.cancel(present(waiting, "it was just made").id);
    await shop.settle();

    expect((await ada.invoices())[1]).toMatchObject({ reason: "term", status: "void" });
    await ada.gives("pm_card_visa");
    await subscription.asks("renew");
    await shop.settle();
    expect(await subscription.now()).toMatchObject({ terms_ahead: 1 });
  });

  test.each(["now", "at period end"] as const)(
    "is taken back where the subscription is canceled %s",
    async (when) => {
      const { ada, subscription } = await challenged();
      await subscription.cancels(when);
      await ada.livesUntil("2026-02-10");

      expect(await subscription.now()).toMatchObject({ status: "canceled" });
      expect((await ada.invoices())[1]).toMatchObject({ reason: "term", status: "void" });
      expect(await ada.books()).toMatchObject({ receivable: 0n, revenue: -1000n });
    },
  );
});
