import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const prices = [flat("20.00"), perUnit("packages", "10.00")];
const DECLINED = "pm_card_chargeCustomerFail";

/** January cost 90.00: 20.00 for the month and 70.00 for seven packages. */
async function billed(card = "pm_card_visa") {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(prices));
  await subscription.uses("packages", "7");
  await ada.gives(card);
  await ada.livesUntil("2026-02-01");
  return { ada, subscription, invoice: await latest(ada) };
}

async function latest(ada: Customer): Promise<Json> {
  return present((await ada.bills()).at(-1), "a bill was made");
}

async function asked(what: string, invoice: Json, body?: object) {
  const answer = await shop.call("POST", `/v1/invoices/${invoice.id}/${what}`, {
    ...(body && { body }),
  });
  return { status: answer.status, body: answer.body };
}

const creditOf = async (ada: Customer) =>
  (await shop.call("GET", `/v1/customers/${ada.id}`)).body.credit_balance;

const transfer = (amount: string, more: object = {}) => ({
  amount,
  method: "bank_transfer",
  reference: "transfer 4711",
  ...more,
});

describe("a credit note", () => {
  test("on a paid invoice becomes the customer's credit, which pays the next bill", async () => {
    const { ada, invoice } = await billed();

    const note = await asked("credit_notes", invoice, {
      lines: [{ line: 2, amount: "30.00" }],
      reason: "Three packages were lost",
      to: "balance",
    });

    expect(note).toMatchObject({
      status: 201,
      body: {
        number: "1",
        amount: "30.00",
        taken_off_due: "0.00",
        credited_to_balance: "30.00",
        refunded: "0.00",
        lines: [{ line: 2, amount: "30.00" }],
      },
    });
    expect(await creditOf(ada)).toBe("30.00");
    expect(await latest(ada)).toMatchObject({
      status: "paid",
      total: "90.00",
      amount_paid: "90.00",
    });
    await ada.livesUntil("2026-03-02");
    expect(await latest(ada)).toMatchObject({ total: "20.00", amount_due: "0.00", status: "paid" });
    expect(await creditOf(ada)).toBe("10.00");
  });

  test("on a paid invoice goes back to the card, once, and never more than was paid", async () => {
    const { ada, invoice } = await billed();
    const back = { amount: "40.00", reason: "Sorry", to: "refund" };

    await asked("credit_notes", invoice, back);
    await shop.moveTo(shop.clock.now() + MINUTE_MS);
    const again = await asked("credit_notes", invoice, { ...back, amount: "50.01" });

    expect(again).toMatchObject({
      status: 409,
      body: { code: "credit_note_too_large", details: { creditable: "50.00" } },
    });
    const charge = shop.app.sandbox.journal.charges().at(-1);
    expect(charge?.refunds).toMatchObject([{ amount: 4000 }]);
    expect(await ada.books()).toMatchObject({ receivable: 0n, refunds: 0n, "rail:stripe": 5000n });
    expect(await ada.events()).toEqual(
      expect.arrayContaining(["credit_note.created", "payment.refunded"]),
    );
  });

  test("on an unpaid invoice lowers what is due, and the next retry charges only that", async () => {
    const { ada, invoice } = await billed(DECLINED);

    const note = await asked("credit_notes", invoice, {
      amount: "50.00",
      reason: "So",
      to: "refund",
    });

    expect(note.body).toMatchObject({ taken_off_due: "50.00", refunded: "0.00" });
    expect(await latest(ada)).toMatchObject({
      status: "open",
      amount_credited: "50.00",
      amount_due: "40.00",
      amount_remaining: "40.00",
    });
    await ada.gives("pm_card_visa");
    await ada.livesUntil("2026-02-02T00:01");
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "40.00" });
    expect(shop.app.sandbox.journal.charges().at(-1)).toMatchObject({ amount: 4000 });
    expect((await ada.books())["receivable"]).toBe(0n);
  });

  test("over all that is due settles the invoice, and makes good for the subscription", async () => {
    const { ada, subscription, invoice } = await billed(DECLINED);
    expect(await subscription.now()).toMatchObject({ status: "past_due" });

    await asked("credit_notes", invoice, { reason: "Goodwill", to: "balance" });

    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "0.00" });
    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect((await ada.events()).slice(-3)).toEqual([
      "credit_note.created",
      "invoice.paid",
      "subscription.recovered",
    ]);
    await ada.livesUntil("2026-02-20");
    expect(await ada.attempts()).toHaveLength(1);
  });

  test("is listed and shown, and its numbers have no gap", async () => {
    const { invoice } = await billed();
    const note = { amount: "1.00", reason: "A", to: "balance" };
    const [one, two] = [
      await asked("credit_notes", invoice, note),
      await asked("credit_notes", invoice, note),
    ];

    expect(Number(two.body.number) - Number(one.body.number)).toBe(1);
    const list = await shop.call("GET", `/v1/credit_notes?invoice=${invoice.id}`);
    expect(list.body.data).toEqual([two.body, one.body]);
    const shown = await shop.call("GET", `/v1/credit_notes/${one.body.id}`);
    expect(shown.body).toEqual(one.body);
    const missing = await shop.call("GET", "/v1/credit_notes/crn_nothing");
    expect([missing.status, missing.body.code]).toEqual([404, "credit_note_not_found"]);
  });

  test("of two that are asked for at once, only one takes back the same line", async () => {
    const { ada, invoice } = await billed();
    const note = { amount: "60.00", reason: "A", to: "balance" };

    const answers = await Promise.all([
      asked("credit_notes", invoice, note),
      asked("credit_notes", invoice, note),
    ]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    expect(await creditOf(ada)).toBe("60.00");
  });
});

describe("an invoice that is voided", () => {
  test("is owed no more and charged no more, and its subscription makes good", async () => {
    const { ada, subscription, invoice } = await billed(DECLINED);

    const answer = await asked("void", invoice);

    expect(answer).toMatchObject({
      status: 200,
      body: { status: "void", amount_remaining: "0.00" },
    });
    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await ada.books()).toEqual({ receivable: 0n, revenue: 0n });
    await ada.livesUntil("2026-02-25");
    expect(await ada.attempts()).toHaveLength(1);
    expect(await asked("void", invoice)).toMatchObject({ status: 200, body: answer.body });
    expect((await ada.events()).filter((type) => type === "invoice.voided")).toHaveLength(1);
  });

  test("gives back the credit that it had taken", async () => {
    const { ada, invoice, subscription } = await billed();
    await asked("credit_notes", invoice, { amount: "30.00", reason: "A", to: "balance" });
    await subscription.uses("packages", "4");
    await ada.gives(DECLINED);
    await ada.livesUntil("2026-03-01");
    const march = await latest(ada);
    expect(march).toMatchObject({ status: "open", credit_applied: "30.00", amount_due: "30.00" });

    await asked("void", march);

    expect(await creditOf(ada)).toBe("30.00");
  });

  test("before it was ever paid ends the subscription that waited for it", async () => {
    const ada = await story.welcome({ clock: "2026-01-01", card: DECLINED });
    const subscription = await ada.subscribes(await story.publish([flat("20.00", "advance")]));
    await ada.livesUntil("2026-01-01T00:01");
    expect(await subscription.now()).toMatchObject({ status: "incomplete" });

    await asked("void", await latest(ada));

    expect(await subscription.now()).toMatchObject({ status: "canceled" });
    expect((await ada.events()).slice(-2)).toEqual(["invoice.voided", "subscription.canceled"]);
  });

  test("that is paid is refused, and so is whatever else its status does not allow", async () => {
    const { invoice } = await billed();
    for (const what of ["void", "mark_uncollectible"]) {
      expect(await asked(what, invoice)).toMatchObject({
        status: 409,
        body: {
          code: "invoice_transition_refused",
          details: { status: "paid", allowed: ["credit"] },
        },
      });
    }
    expect(await asked("payments", invoice, transfer("1.00"))).toMatchObject({
      body: { code: "invoice_transition_refused" },
    });
  });
});

describe("an invoice that an operator gives up", () => {
  test("is charged no more and stays owed, and can still be paid by hand", async () => {
    const { ada, subscription, invoice } = await billed(DECLINED);

    await asked("mark_uncollectible", invoice);

    await ada.livesUntil("2026-02-25");
    expect(await ada.attempts()).toHaveLength(1);
    expect(await latest(ada)).toMatchObject({ status: "uncollectible", amount_remaining: "90.00" });
    expect((await ada.books())["receivable"]).toBe(9000n);
    expect(await subscription.now()).toMatchObject({ status: "past_due" });
    await asked("payments", invoice, transfer("90.00"));
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "90.00" });
    expect(await subscription.now()).toMatchObject({ status: "active" });
  });
});

describe("a bank transfer", () => {
  test("pays an open invoice in two parts, and the card is charged for neither", async () => {
    const { ada, subscription, invoice } = await billed(DECLINED);

    const first = await asked(
      "payments",
      invoice,
      transfer("60.00", { paid_at: "2026-01-31T12:00:00Z" }),
    );

    expect(first).toMatchObject({
      status: 201,
      body: { amount: "60.00", surplus: "0.00", paid_at: "2026-01-31T12:00:00.000Z" },
    });
    expect(await latest(ada)).toMatchObject({
      status: "open",
      amount_paid: "60.00",
      amount_remaining: "30.00",
    });
    const rest = transfer("30.00", { reference: "transfer 4712" });
    await asked("payments", invoice, rest);
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "90.00" });
    expect(await subscription.now()).toMatchObject({ status: "active" });
    await ada.livesUntil("2026-02-25");
    expect(await ada.attempts()).toHaveLength(1);
    expect(await ada.books()).toMatchObject({ bank: 9000n, receivable: 0n });
    expect((await ada.events()).filter((type) => type.startsWith("payment.recorded"))).toHaveLength(
      2,
    );
    const list = await shop.call("GET", `/v1/invoices/${invoice.id}/payments`);
    expect(list.body.data).toMatchObject([{ amount: "60.00" }, { amount: "30.00" }]);
  });

  test("in part leaves the rest to the card", async () => {
    const { ada, invoice } = await billed(DECLINED);
    await asked("payments", invoice, transfer("60.00"));
    await ada.gives("pm_card_visa");

    await ada.livesUntil("2026-02-02");

    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "90.00" });
    expect(shop.app.sandbox.journal.charges().at(-1)).toMatchObject({ amount: 3000 });
  });

  test("recorded twice, also at once, is one payment", async () => {
    const { ada, invoice } = await billed(DECLINED);

    const answers = await Promise.all([
      asked("payments", invoice, transfer("60.00")),
      asked("payments", invoice, transfer("60.00")),
    ]);

    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(await latest(ada)).toMatchObject({ amount_paid: "60.00" });
    expect(await asked("payments", invoice, transfer("61.00"))).toMatchObject({
      status: 409,
      body: { code: "payment_reference_reused" },
    });
  });

  test("of more than is due is refused with what is, unless the surplus is to be credit", async () => {
    const { ada, invoice } = await billed(DECLINED);

    expect(await asked("payments", invoice, transfer("90.01"))).toMatchObject({
      status: 409,
      body: {
        code: "payment_too_large",
        details: { amount_remaining: "90.00" },
      },
    });
    const slip = await asked("payments", invoice, transfer("9".repeat(29), { surplus: "credit" }));
    expect(slip).toMatchObject({
      status: 409,
      body: { code: "payment_too_large", details: { surplus_below: "1000000000000" } },
    });
    const kept = await asked("payments", invoice, transfer("100.00", { surplus: "credit" }));

    expect(kept.body).toMatchObject({ amount: "100.00", surplus: "10.00" });
    expect(await latest(ada)).toMatchObject({ status: "paid", amount_paid: "90.00" });
    expect(await creditOf(ada)).toBe("10.00");
  });

  test.each([
    { because: "nothing", body: transfer("0"), code: "amount_invalid" },
    { because: "less than nothing", body: transfer("-1.00"), code: "amount_invalid" },
    { because: "half a cent", body: transfer("0.005"), code: "amount_invalid" },
    {
      because: "a time to come",
      body: transfer("1.00", { paid_at: "2026-02-02T00:00:00Z" }),
      code: "time_invalid",
    },
    {
      because: "a way there is not",
      body: transfer("1.00", { method: "barter" }),
      code: "body_invalid",
    },
  ])("of $because is refused", async ({ body, code }) => {
    const { invoice } = await billed(DECLINED);
    expect(await asked("payments", invoice, body)).toMatchObject({ status: 400, body: { code } });
  });

  test("starts a subscription that waited for its first invoice", async () => {
    const ada = await story.welcome({ clock: "2026-01-01", card: DECLINED });
    const subscription = await ada.subscribes(await story.publish([flat("20.00", "advance")]));
    await ada.livesUntil("2026-01-02");

    await asked("payments", await latest(ada), transfer("20.00"));

    expect(await subscription.now()).toMatchObject({
      status: "active",
      current_period_start: "2026-01-01T00:00:00.000Z",
    });
  });
});
