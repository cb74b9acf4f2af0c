import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeNewest } from "#flows/money-back/rail-word.ts";
import { recordDispute } from "#flows/money-back/record-dispute.ts";
import { recordRefund } from "#flows/money-back/record-refund.ts";
import { present } from "#kernel/assert.ts";
import { parseId } from "#kernel/ids.ts";
import type { DisputeStatus, Payment } from "#modules/payments/domain/index.ts";
import { findPaymentByRailRef } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Customer, flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
let dashboard: Stripe;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("30.00", "advance")]);
  const httpClient = Stripe.createFetchHttpClient(shop.app.sandbox.fetch);
  dashboard = new Stripe("sk_test_dashboard", { httpClient });
});
afterAll(() => shop.stop());

async function payer(card = "pm_card_visa") {
  const ada = await story.welcome({ clock: null, card });
  await ada.subscribes(plan);
  await shop.settle();
  return { ada, charge: present(shop.app.sandbox.journal.charges().at(-1), "it was charged") };
}

async function paymentOf(customer: Customer): Promise<Json> {
  const { body } = await shop.call("GET", `/v1/payments?customer=${customer.id}`);
  return (await shop.call("GET", `/v1/payments/${body.data[0].id}`)).body;
}

describe("a refund that somebody makes at the provider", () => {
  test("in part and then the rest: recorded, booked and told", async () => {
    const { ada, charge } = await payer();
    await dashboard.refunds.create({ charge: charge.id, amount: 1000 });
    await shop.settle();
    expect(await ada.books()).toEqual({
      receivable: 0n,
      revenue: -3000n,
      refunds: 1000n,
      "rail:stripe": 2000n,
    });

    await dashboard.refunds.create({ charge: charge.id, reason: "requested_by_customer" });
    await shop.settle();

    expect(await paymentOf(ada)).toMatchObject({
      status: "succeeded",
      refunds: [
        { status: "succeeded", amount: "10.00", currency: "JMD" },
        { status: "succeeded", amount: "20.00", reason: "requested_by_customer" },
      ],
    });
    expect(await ada.books()).toMatchObject({ refunds: 3000n, "rail:stripe": 0n });
    expect((await ada.events()).filter((type) => type === "payment.refunded")).toHaveLength(2);
  });

  test("that comes back from the bank: the money is ours again", async () => {
    const { ada, charge } = await payer("pm_card_refundFail");
    await dashboard.refunds.create({ charge: charge.id });
    await shop.settle();
    expect(await ada.books()).toMatchObject({ refunds: 3000n, "rail:stripe": 0n });

    await shop.moveTo(shop.clock.now() + 60_000);

    expect(await ada.books()).toMatchObject({ refunds: 0n, "rail:stripe": 3000n });
    expect(await ada.events()).toContain("payment.refund_failed");
    expect((await paymentOf(ada)).refunds).toMatchObject([{ status: "failed" }]);
  });
});

describe("a refund that an operator asks for", () => {
  const asked = async (payment: Json, body: object = {}) => {
    const answer = await shop.call("POST", `/v1/payments/${payment.id}/refunds`, { body });
    return { status: answer.status, body: answer.body };
  };
  const minuteLater = () => shop.moveTo(shop.clock.now() + 60_000);

  test("in part and then the rest: pending until the provider has answered, and shown", async () => {
    const { ada } = await payer();
    const payment = await paymentOf(ada);
    const part = await asked(payment, { amount: "10.00", reason: "Goodwill" });
    expect(part).toMatchObject({ status: 201, body: { status: "pending", amount: "10.00" } });
    const rest = await asked(payment);
    expect(rest.body).toMatchObject({ amount: "20.00", reason: null, credit_note: null });
    await minuteLater();

    const shown = await shop.call("GET", `/v1/refunds/${part.body.id}`);
    expect(shown.body).toMatchObject({ status: "succeeded", reason: "Goodwill" });
    const listed = await shop.call("GET", `/v1/refunds?payment=${payment.id}&status=succeeded`);
    expect(listed.body.data.map(({ id }: Json) => id)).toEqual([rest.body.id, part.body.id]);
    expect((await ada.bills())[0]).toMatchObject({ status: "paid", amount_paid: "30.00" });
    expect(await ada.books()).toMatchObject({ refunds: 3000n, "rail:stripe": 0n });
    expect((await ada.events()).filter((type) => type === "payment.refunded")).toHaveLength(2);
    expect(await asked(payment)).toMatchObject({
      status: 409,
      body: { code: "refund_too_large", details: { refundable: "0.00" } },
    });
  });

  test("of several at once no more is taken than was paid, also beside a credit note", async () => {
    const { ada } = await payer();
    const payment = await paymentOf(ada);
    const note = { amount: "20.00", reason: "Sorry", to: "balance" };
    const answers = await Promise.all([
      asked(payment, { amount: "20.00" }),
      shop.call("POST", `/v1/invoices/${payment.invoice}/credit_notes`, { body: note }),
      asked(payment, { amount: "20.00" }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  });

  test("that the bank returns may be made again", async () => {
    const { ada } = await payer("pm_card_refundFail");
    const payment = await paymentOf(ada);
    await asked(payment);
    await minuteLater();
    await minuteLater();
    expect((await paymentOf(ada)).refunds).toMatchObject([{ status: "failed" }]);
    expect((await asked(payment, { amount: "30.00" })).status).toBe(201);
  });

  test.each([
    { note: "30.00", byHand: ["30.00"] },
    { note: "20.00", byHand: ["20.00", "10.00"] },
  ])("for a credit note of $note whose refund the bank returned", async ({ note, byHand }) => {
    const { ada } = await payer("pm_card_refundFail");
    const payment = await paymentOf(ada);
    const body = { amount: note, reason: "Sorry", to: "refund" };
    await shop.call("POST", `/v1/invoices/${payment.invoice}/credit_notes`, { body });
    expect((await asked(payment, { amount: note })).status).toBe(409);
    await minuteLater();
    await minuteLater();
    expect((await paymentOf(ada)).refunds).toMatchObject([{ status: "failed" }]);

    const amount = byHand[0];
    const both = await Promise.all([asked(payment, { amount }), asked(payment, { amount })]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    for (const rest of byHand.slice(1)) {
      expect((await asked(payment)).body).toMatchObject({ amount: rest, credit_note: null });
    }
    expect((await asked(payment)).body.details).toEqual({ refundable: "0.00" });
  });

  test("of what was not collected, or is not there, is refused", async () => {
    const { ada } = await payer("pm_card_chargeCustomerFail");
    expect((await asked(await paymentOf(ada))).body.code).toBe("payment_not_collected");
    expect((await asked({ id: "pay_nothing" })).body.code).toBe("payment_not_found");
    const missing = await shop.call("GET", "/v1/refunds/rfd_nothing");
    expect([missing.status, missing.body.code]).toEqual([404, "refund_not_found"]);
    const { ada: bea } = await payer();
    const paid = await paymentOf(bea);
    expect((await asked(paid, { amount: "30.001" })).body.code).toBe("amount_invalid");
    expect((await asked(paid, { amount: "30.01" })).body.code).toBe("refund_too_large");
  });
});

describe("a dispute", () => {
  const disputed = async (card: string) => {
    const { ada, charge } = await payer(card);
    const [dispute] = (await dashboard.disputes.list({ charge: charge.id })).data;
    const decide = async (word: string) => {
      await dashboard.disputes.update(present(dispute, "it is there").id, {
        evidence: { uncategorized_text: word },
        submit: true,
      });
      await shop.settle();
    };
    return { ada, decide };
  };

  test("takes the money with it, and brings it back when it is won", async () => {
    const { ada, decide } = await disputed("pm_card_createDispute");
    expect(await ada.books()).toMatchObject({ disputes: 3000n, "rail:stripe": 0n });
    expect((await paymentOf(ada)).disputes).toMatchObject([
      { status: "open", reason: "fraudulent", amount: "30.00", closed_at: null },
    ]);

    await decide("winning_evidence");

    expect(await ada.books()).toMatchObject({ disputes: 0n, "rail:stripe": 3000n });
    expect((await paymentOf(ada)).disputes).toMatchObject([{ status: "won" }]);
    const told = (await ada.events()).filter((type) => type.startsWith("dispute."));
    expect(told).toEqual(["dispute.opened", "dispute.closed"]);
  });

  test("keeps the money when it is lost", async () => {
    const { ada, decide } = await disputed("pm_card_createDisputeProductNotReceived");
    await decide("losing_evidence");

    expect(await ada.books()).toMatchObject({ disputes: 3000n, "rail:stripe": 0n });
    expect((await paymentOf(ada)).disputes).toMatchObject([
      { status: "lost", reason: "product_not_received", closed_at: expect.any(String) },
    ]);
  });

  test("that is only an inquiry moves no money", async () => {
    const { ada } = await disputed("pm_card_createDisputeInquiry");
    expect(await ada.books()).toMatchObject({ "rail:stripe": 3000n });
    expect((await paymentOf(ada)).disputes).toMatchObject([{ status: "inquiry" }]);
  });
});

describe("what the provider said before somebody wrote what it said later", () => {
  const changed = async (card: string, change: (chargeRef: string) => Promise<unknown>) => {
    const { ada, charge } = await payer(card);
    await change(charge.id);
    await shop.settle();
    return { ada, charge };
  };

  /** In a transaction, with the payment that the provider's words are about. */
  const withPayment = <Result>(
    { ada, charge }: Awaited<ReturnType<typeof changed>>,
    work: (tx: Tx, payment: Payment) => Promise<Result>,
  ) =>
    shop.app.db.inProject(shop.projectIds.sandbox, async (tx) => {
      const customerId = present(parseId("customer", ada.id), "it has an id");
      const payment = await findPaymentByRailRef(tx, customerId, charge.paymentIntent);
      return work(tx, present(payment, "it was paid"));
    });

  test("does not open a dispute again that was won meanwhile", async () => {
    let ref = "";
    const won = await changed("pm_card_createDispute", async (charge) => {
      ref = present((await dashboard.disputes.list({ charge })).data[0], "it is there").id;
      const evidence = { uncategorized_text: "winning_evidence" };
      await dashboard.disputes.update(ref, { evidence, submit: true });
    });
    const money = { paymentRef: won.charge.paymentIntent, currency: "JMD", amountMinor: 3000n };
    const word = (status: DisputeStatus) => ({ ref, status, reason: "fraudulent", ...money });

    const asked: DisputeStatus[] = ["open", "won"];
    await writeNewest(
      async () => word(present(asked.shift(), "it is asked twice")),
      (newest) =>
        withPayment(won, (tx, payment) => recordDispute(shop.app.engine, tx, payment, newest)),
    );

    expect(asked).toEqual([]);
    expect((await paymentOf(won.ada)).disputes).toMatchObject([{ status: "won" }]);
    expect(await won.ada.books()).toMatchObject({ disputes: 0n, "rail:stripe": 3000n });
  });

  test("does not make a refund that the bank returned succeed again", async () => {
    let ref = "";
    const returned = await changed("pm_card_refundFail", async (charge) => {
      ref = (await dashboard.refunds.create({ charge })).id;
      await shop.settle();
      await shop.moveTo(shop.clock.now() + 60_000);
    });
    const found = {
      ref,
      status: "succeeded",
      paymentRef: returned.charge.paymentIntent,
      currency: "JMD",
      amountMinor: 3000n,
      madeFor: null,
      reason: null,
      failureCode: null,
      createdMs: shop.clock.now(),
    } as const;

    const written = await withPayment(returned, (tx, payment) =>
      recordRefund(shop.app.engine, tx, payment, { found, known: "pending" }),
    );

    expect(written).toEqual({ isWritten: false, standing: "failed" });
    expect((await paymentOf(returned.ada)).refunds).toMatchObject([{ status: "failed" }]);
    expect(await returned.ada.books()).toMatchObject({ refunds: 0n, "rail:stripe": 3000n });
  });
});

describe("money that pays nothing is given back", () => {
  const stray = async (before: (id: string) => Promise<unknown>) => {
    const bob = await story.welcome({ clock: null, card: null });
    const waiting = await bob.subscribes(plan);
    const link = new URL(waiting.paymentUrl ?? "").pathname;
    const page = async () =>
      String((await shop.call("GET", link, { token: null })).headers["location"]);
    const url = await page();
    await before(waiting.id);
    return { bob, waiting, link, url };
  };

  test("paid on the page of a subscription that was canceled meanwhile", async () => {
    const cancel = (id: string) =>
      shop.call("POST", `/v1/subscriptions/${id}/cancel`, { body: { at_period_end: false } });
    const { bob, waiting, link, url } = await stray(cancel);
    await payOnPage(shop.app.sandbox, url);

    const answer = await shop.call("GET", `${link}/return`, { token: null });
    await shop.settle();

    expect(answer.status).toBe(410);
    expect(answer.body).toContain("You get your money back");
    expect(await waiting.now()).toMatchObject({ status: "canceled" });
    expect(shop.app.sandbox.journal.charges().at(-1)).toMatchObject({ amountRefunded: 3000 });
    expect(await bob.books()).toEqual({ "rail:stripe": 0n, unapplied: 0n });
    expect(await paymentOf(bob)).toMatchObject({
      invoice: null,
      status: "succeeded",
      refunds: [{ status: "succeeded", reason: "paid_for_nothing" }],
    });
    expect((await bob.events()).filter((type) => type === "payment.refunded")).toHaveLength(1);
  });

  const giveFor = (bob: Customer, subscription: string) =>
    shop.call("POST", `/v1/customers/${bob.id}/payment_methods`, {
      body: { token: "pm_card_visa", subscription },
    });

  test("paid on the page of a subscription that a saved card began meanwhile", async () => {
    const { bob, waiting, link, url } = await stray(async () => undefined);
    await bob.gives("pm_card_visa");
    expect((await waiting.now()).status).toBe("incomplete");

    const saved = await giveFor(bob, waiting.id);
    await shop.settle();

    expect(saved.status).toBe(201);
    expect(await waiting.now()).toMatchObject({ status: "active" });
    expect((await giveFor(bob, waiting.id)).status).toBe(201);
    await payOnPage(shop.app.sandbox, url);
    const answer = await shop.call("GET", `${link}/return`, { token: null });
    await shop.settle();
    expect(answer.body).toContain("You get your money back");
    expect(await bob.bills()).toMatchObject([{ status: "paid", amount_paid: "30.00" }]);
    expect(await bob.books()).toMatchObject({ "rail:stripe": 3000n, revenue: -3000n });
    const gone = await shop.call("GET", link, { token: null });
    expect(String(gone.headers["location"])).not.toContain("/pay/");
  });

  test("paid on the page while a saved card begins it: one of the two is kept", async () => {
    const { bob, waiting, link, url } = await stray(async () => undefined);
    await payOnPage(shop.app.sandbox, url);

    await Promise.all([
      shop.call("GET", `${link}/return`, { token: null }),
      giveFor(bob, waiting.id),
    ]);
    await shop.settle();

    expect(await waiting.now()).toMatchObject({ status: "active" });
    expect(await bob.bills()).toMatchObject([{ status: "paid", amount_paid: "30.00" }]);
    expect(await bob.books()).toMatchObject({ "rail:stripe": 3000n, revenue: -3000n });
  });

  test("once, though the answer to the refund is lost on a provider that ignores its key", async () => {
    const { sandbox } = shop.app;
    const cancel = (id: string) =>
      shop.call("POST", `/v1/subscriptions/${id}/cancel`, { body: { at_period_end: false } });
    const { bob, url } = await stray(cancel);
    sandbox.faults.add(
      { fault: "ignore_idempotency_key", on: "POST /v1/refunds", times: null },
      { fault: "disconnect", on: "POST /v1/refunds", times: 2, isDone: false },
      { fault: "server_error", on: "POST /v1/refunds", times: 1, isDone: true },
      { fault: "disconnect", on: "POST /v1/refunds", times: 1, isDone: false },
    );
    await payOnPage(sandbox, url);
    await shop.settle();
    for (let minute = 0; minute < 4; minute += 1) await shop.moveTo(shop.clock.now() + 120_000);
    sandbox.faults.clear();

    const refunds = await dashboard.refunds.list({
      charge: present(sandbox.journal.charges().at(-1), "it was charged").id,
    });
    expect(refunds.data).toHaveLength(1);
    expect(await bob.books()).toEqual({ "rail:stripe": 0n, unapplied: 0n });
  });
});
