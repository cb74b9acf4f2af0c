import type { Fault } from "@farthing/stripe-sandbox";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { visitBank } from "#test/support/payments/visit-bank.ts";
import { stopVerified } from "#test/support/stop-verified.ts";
import { span } from "#test/support/story/words.ts";
import {
  type Customer,
  flat,
  type Membership,
  perUnit,
  type Story,
  storyOf,
} from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let basic: string;
let pro: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  basic = await story.publish([flat("30.00", "advance"), perUnit("packages", "1.00")]);
  pro = await story.publish([flat("90.00", "advance"), perUnit("packages", "0.50")]);
});
afterEach(() => shop.app.sandbox.faults.clear());
afterAll(() => stopVerified(shop));

const play = (...faults: readonly Fault[]) => shop.app.sandbox.faults.add(...faults);

/** Somebody who has paid for April, used something, and on the 11th has this card. */
async function onTheEleventh(card: string): Promise<[Customer, Membership]> {
  const ada = await story.welcome({ clock: "2026-04-01" });
  const membership = await ada.subscribes(basic);
  await ada.livesUntil("2026-04-11");
  await membership.uses("packages", "10");
  await ada.gives(card);
  return [ada, membership];
}

async function changesOf(ada: Customer) {
  return (await ada.invoices()).filter(({ reason }) => reason === "change");
}

const CHANGE = { issued: "2026-04-11", lines: ["Unused: Base fee: -20.00", "Base fee: 60.00"] };

describe("what costs more is granted when it is paid", () => {
  test("at once, by a card that pays; what is billed in arrears follows on an invoice of its own", async () => {
    const [ada, membership] = await onTheEleventh("pm_card_visa");

    const { status, body } = await membership.changes({ plan: pro });

    expect([status, body.plan, body.awaited_change]).toEqual([200, pro, null]);
    expect(body.invoice).toMatchObject({ status: "paid", total: "40.00" });
    expect(await membership.period()).toBe("2026-04-11 – 2026-05-01");
    await membership.uses("packages", "4");
    await ada.livesUntil("2026-05-02");
    expect(await ada.invoices()).toMatchObject([
      { reason: "opening" },
      { ...CHANGE, status: "paid" },
      { reason: "change", status: "paid", lines: ["packages: 10 → 10.00"] },
      { reason: "renewal", lines: ["packages: 4 → 2.00", "Base fee: 90.00"] },
    ]);
    for (const { holds } of await ada.explained()) expect(holds).toBe(true);
    expect((await ada.events()).filter((type) => type === "subscription.changed")).toHaveLength(1);
  });

  test("a declined card is a 402 and changes nothing; nothing is owed, and nobody is chased", async () => {
    const [ada, membership] = await onTheEleventh("pm_card_chargeCustomerFail");
    const before = await membership.now();
    const books = await ada.books();

    const { status, body } = await membership.asks("change", { plan: pro });

    expect([status, body.code]).toEqual([402, "payment_declined"]);
    expect(body.details).toMatchObject({ failure_code: "generic_decline", action_url: null });
    expect(await membership.now()).toEqual(before);
    expect(await changesOf(ada)).toMatchObject([{ ...CHANGE, status: "void" }]);
    expect(await ada.books()).toEqual(books);

    await ada.livesUntil("2026-04-30");
    expect(await membership.now()).toEqual(before);
    expect(await ada.attempts()).toEqual(["2026-04-01 succeeded", "2026-04-11 declined"]);
    await ada.gives("pm_card_visa");
    const again = await membership.changes({ plan: pro });
    expect([again.status, again.body.plan]).toEqual([200, pro]);
    expect(again.body.invoice.lines).toHaveLength(2);
  });

  test("nothing is asked for first where nothing costs more now", async () => {
    const [ada, membership] = await onTheEleventh("pm_card_chargeCustomerFail");
    const { status, body } = await membership.changes({ plan: pro, policy: "now_without" });
    expect([status, body.plan]).toEqual([200, pro]);
    expect(await changesOf(ada)).toMatchObject([{ lines: ["packages: 10 → 10.00"] }]);
  });

  test("a quantity above what is paid for is licensed when it is paid", async () => {
    const quantity_policy = { included: "1", step: "1" };
    const seats = await story.publish([flat("3.00", "advance")], { quantity_policy });
    const ada = await story.welcome({ clock: "2026-04-01" });
    const membership = await ada.subscribes(seats, { quantity: "10" });
    await ada.livesUntil("2026-04-16");
    await ada.gives("pm_card_chargeCustomerFail");
    expect((await membership.asks("change", { quantity: "20" })).status).toBe(402);
    expect(await membership.now()).toMatchObject({ quantity: "10", licensed_quantity: "10" });
    await ada.gives("pm_card_visa");
    const { body } = await membership.changes({ quantity: "20" });
    expect(body).toMatchObject({ quantity: "20", licensed_quantity: "20" });
    expect((await changesOf(ada)).at(-1)).toMatchObject({ total: "15.00", status: "paid" });
  });

  test("where the provider's answer is lost it waits, and is granted once when that is known", async () => {
    const ada = await story.welcome({ clock: null });
    const membership = await ada.subscribes(basic);
    await shop.settle();
    play({ fault: "disconnect", on: "POST /v1/payment_intents/:id/confirm", times: null });

    const asked = {
      body: { plan: pro },
      headers: { "idempotency-key": `upgrade-${ada.id}` },
    };
    const path = `/v1/subscriptions/${membership.id}/change`;
    const { status, body } = await shop.call("POST", path, asked);

    expect([status, body.plan]).toEqual([200, basic]);
    expect(body.awaited_change).toMatchObject({ plan: pro, invoice: body.invoice.id });
    const { body: refused } = await membership.asks("change", { plan: pro });
    expect(refused.code).toBe("change_awaits_payment");
    // How the charge ends decides what the invoice is: until then nobody takes it back or credits it.
    const invoice = `/v1/invoices/${body.invoice.id}`;
    const note = { amount: "5.00", to: "balance", reason: "so it is" };
    for (const blocked of [
      await membership.withdraws(),
      await shop.call("POST", `${invoice}/void`, { body: {} }),
      await shop.call("POST", `${invoice}/credit_notes`, { body: note }),
    ]) {
      expect([blocked.status, blocked.body.code]).toEqual([409, "payment_under_way"]);
    }
    shop.app.sandbox.faults.clear();
    for (let round = 0; round < 3; round += 1) await shop.moveTo(shop.clock.now() + 2 * MINUTE_MS);

    expect(await membership.now()).toMatchObject({ plan: pro, awaited_change: null });
    expect(await changesOf(ada)).toMatchObject([{ status: "paid" }]);
    const told = (await ada.events()).filter((type) => type === "subscription.changed");
    expect(told).toHaveLength(1);
    // The same request again is told what has come of it.
    const again = await shop.call("POST", path, asked);
    expect([again.status, again.body.plan]).toEqual([200, pro]);
    expect(again.body.invoice).toMatchObject({ id: body.invoice.id, status: "paid" });
  });

  test.each([
    { happens: "goes through", card: "pm_card_visa", kept: "40.00", credit: 4000n },
    { happens: "is declined", card: "pm_card_chargeCustomerFail", kept: "declined", credit: 0n },
  ])(
    "overtaken by a pause while the provider's answer is lost: asked again, a charge that $happens is told as what it is",
    async ({ card, kept, credit }) => {
      const [ada, membership] = await onTheEleventh(card);
      play({ fault: "disconnect", on: "POST /v1/payment_intents/:id/confirm", times: null });
      const asked = { body: { plan: pro }, headers: { "idempotency-key": `overtaken-${ada.id}` } };
      const path = `/v1/subscriptions/${membership.id}/change`;
      expect((await shop.call("POST", path, asked)).body.awaited_change).not.toBe(null);

      await membership.asks("pause");

      const unknown = await shop.call("POST", path, asked);
      expect([unknown.status, unknown.body.code]).toEqual([409, "change_overtaken"]);
      expect(unknown.body.details.kept_as_credit).toBe(null);
      shop.app.sandbox.faults.clear();
      for (let round = 0; round < 3; round += 1)
        await shop.moveTo(shop.clock.now() + 2 * MINUTE_MS);

      const { status, body } = await shop.call("POST", path, asked);
      expect([status, body.code, body.details.kept_as_credit ?? "declined"]).toEqual(
        credit > 0n ? [409, "change_overtaken", kept] : [402, "payment_declined", "declined"],
      );
      expect(await membership.now()).toMatchObject({ plan: basic, status: "paused" });
      expect((await ada.books())["customer_credit"] ?? 0n).toBe(-credit);
    },
  );

  test("a dry run supposes that the card pays; a customer without one is refused in both", async () => {
    const [ada, membership] = await onTheEleventh("pm_card_chargeCustomerFail");
    const path = `/v1/subscriptions/${membership.id}/change`;
    const preview = await shop.call("POST", `${path}?dry_run=true`, { body: { plan: pro } });
    expect(preview.body.answer).toMatchObject({ plan: pro, invoice: { status: "paid" } });
    expect(await changesOf(ada)).toEqual([]);

    const { body: cards } = await shop.call("GET", `/v1/customers/${ada.id}/payment_methods`);
    for (const { id } of cards.data) {
      await shop.call("DELETE", `/v1/customers/${ada.id}/payment_methods/${id}`);
    }
    for (const query of ["?dry_run=true", ""]) {
      const { status, body } = await shop.call("POST", path + query, { body: { plan: pro } });
      expect([status, body.details.failure_code]).toEqual([402, "no_payment_method"]);
    }
    expect(await changesOf(ada)).toMatchObject([{ status: "void" }]);
  });
});

describe("a bank that wants the payer", () => {
  async function challenged() {
    const [ada, membership] = await onTheEleventh("pm_card_authenticationRequired");
    const { status, body } = await membership.asks("change", { plan: pro });
    expect([status, body.code]).toEqual([402, "payment_declined"]);
    expect(body.details.failure_code).toBe("authentication_required");
    return { ada, membership, link: body.details.action_url as string };
  }

  test("is satisfied days later: granted then, and the days until then are billed as they were sold", async () => {
    const { ada, membership, link } = await challenged();
    expect(await membership.now()).toMatchObject({
      plan: basic,
      status: "active",
      awaited_change: { plan: pro },
    });
    await ada.livesUntil("2026-04-13");
    await membership.uses("packages", "3");

    await visitBank(shop, link, "complete");
    await shop.settle();

    expect(await membership.now()).toMatchObject({ plan: pro, awaited_change: null });
    expect(await membership.period()).toBe("2026-04-13 – 2026-05-01");
    expect(await changesOf(ada)).toMatchObject([
      { ...CHANGE, status: "paid" },
      { lines: ["packages: 13 → 13.00"] },
    ]);
  });

  test.each([
    {
      because: "what began since the paid week is owed at the grant",
      plan: { interval: { unit: "week" }, fee: "20.00" },
      charged: [
        "20.00 for 2026-04-16 – 2026-04-23",
        "20.00 for 2026-04-23 – 2026-04-30",
        "20.00 for 2026-04-30 – 2026-05-07",
      ],
      runs: "2026-04-26 – 2026-04-30",
      until: "2026-05-01",
      used: ["packages: 13 → 13.00", "packages: 4 → 2.00"],
    },
    {
      because: "so is each of several, the last of which begins with the grant",
      plan: { interval: { unit: "day", count: 2 }, fee: "20.00" },
      charged: ["16 – 2026-04-18", "18 – 2026-04-20", "20 – 2026-04-22", "22 – 2026-04-24"]
        .concat("24 – 2026-04-26", "26 – 2026-04-28")
        .map((days) => `20.00 for 2026-04-${days}`),
      runs: "2026-04-26 – 2026-04-28",
      until: "2026-04-27",
      used: ["packages: 13 → 13.00"],
    },
    {
      because: "a paid year ends a year from the request",
      plan: { interval: { unit: "year" }, fee: "730.00" },
      charged: ["730.00 for 2026-04-16 – 2027-04-16", "730.00 for 2027-04-16 – 2028-04-16"],
      runs: "2026-04-26 – 2027-04-16",
      until: "2027-04-17",
      used: ["packages: 13 → 13.00", "packages: 4 → 2.00"],
    },
    {
      because: "what was bought once and is over by then is given whole, from the grant on",
      plan: { interval: { unit: "week" }, fee: "20.00", renewal: "none" },
      charged: ["20.00 for 2026-04-16 – 2026-04-23"],
      runs: "2026-04-26 – 2026-05-03",
      until: "2026-05-02",
      used: ["packages: 13 → 13.00"],
    },
  ])(
    "is satisfied days after another interval was asked for: $because",
    async ({ plan: { fee, ...terms }, charged, runs, until, used }) => {
      const prices = [flat(fee, "advance"), perUnit("packages", "0.50")];
      const plan = await story.publish(prices, terms);
      const ada = await story.welcome({ clock: "2026-04-01" });
      const membership = await ada.subscribes(basic);
      await ada.livesUntil("2026-04-16");
      await membership.uses("packages", "10");
      await ada.gives("pm_card_authenticationRequired");
      const { body } = await membership.asks("change", { plan });
      await ada.livesUntil("2026-04-26");
      await membership.uses("packages", "3");
      await visitBank(shop, body.details.action_url, "complete");
      await ada.gives("pm_card_visa");
      await shop.settle();

      expect(await membership.now()).toMatchObject({ plan, awaited_change: null });
      expect(await membership.period()).toBe(runs);
      await membership.uses("packages", "4");
      await ada.livesUntil(until);
      const [, ...after] = (await ada.bills()).flatMap(({ lines }) => lines);
      expect(
        after
          .filter(({ kind }) => kind === "flat")
          .map((line) => `${line.amount} for ${span(line.period_start, line.period_end)}`),
      ).toEqual(charged);
      const lines = (await ada.invoices()).flatMap((invoice) => invoice.lines);
      expect(lines.filter((line) => line.startsWith("packages"))).toEqual(used);
      expect(lines).toContain("Unused: Base fee: -15.00");
      for (const { holds } of await ada.explained()) expect(holds).toBe(true);
    },
  );

  test.each([
    ["the period ends", async (ada: Customer) => ada.livesUntil("2026-05-02")],
    ["it is withdrawn", async (_: Customer, held: Membership) => held.withdraws()],
    ["it is to end", async (_: Customer, held: Membership) => held.cancels("at period end")],
    ["it ends", async (_: Customer, held: Membership) => held.cancels("now")],
  ] as const)(
    "is not satisfied when %s: dropped, and the link leads nowhere",
    async (_, happens) => {
      const { ada, membership, link } = await challenged();

      await happens(ada, membership);

      expect(await membership.now()).toMatchObject({ plan: basic, awaited_change: null });
      expect((await changesOf(ada))[0]).toMatchObject({ ...CHANGE, status: "void" });
      await visitBank(shop, link, "complete");
      await shop.settle();
      expect(await membership.now()).toMatchObject({ plan: basic });
      expect(await ada.events()).toContain("subscription.change_withdrawn");
    },
  );

  test("keeps what is to become a term from resting before that", async () => {
    const term = await story.publish([flat("90.00", "advance")], { renewal: "none" });
    const [, membership] = await onTheEleventh("pm_card_authenticationRequired");
    expect((await membership.asks("change", { plan: term })).status).toBe(402);

    const { status, body } = await membership.asks("pause", { at_period_end: true });

    expect([status, body.code]).toEqual([409, "term_not_pausable"]);
    expect(body.details.allowed).toEqual(["withdraw the change"]);
    await membership.withdraws();
    expect((await membership.asks("pause", { at_period_end: true })).status).toBe(200);
  });

  test("cannot be satisfied where the provider canceled the payment: not granted, as if declined", async () => {
    const [ada, membership] = await onTheEleventh("pm_card_authenticationRequired");
    const books = await ada.books();
    const asked = { body: { plan: pro }, headers: { "idempotency-key": `canceled-${ada.id}` } };
    const path = `/v1/subscriptions/${membership.id}/change`;
    expect((await shop.call("POST", path, asked)).status).toBe(402);

    const httpClient = Stripe.createFetchHttpClient(shop.app.sandbox.fetch);
    const dashboard = new Stripe("sk_test_dashboard", { httpClient });
    const [waiting] = (await dashboard.paymentIntents.list({ limit: 1 })).data;
    await dashboard.paymentIntents.cancel(present(waiting, "it was just made").id);
    await shop.settle();

    const { status, body } = await shop.call("POST", path, asked);
    expect([status, body.code]).toEqual([402, "payment_declined"]);
    expect(body.details).toMatchObject({ failure_code: "payment_canceled", action_url: null });
    expect(await membership.now()).toMatchObject({ plan: basic, awaited_change: null });
    expect(await changesOf(ada)).toMatchObject([{ ...CHANGE, status: "void" }]);
    expect(await ada.books()).toEqual(books);
    const told = (await ada.events()).slice(-2);
    expect(told).toEqual(["invoice.voided", "subscription.change_withdrawn"]);
    await ada.gives("pm_card_visa");
    expect((await membership.changes({ plan: pro })).body.plan).toBe(pro);
  });

  test("may be passed by: paid by hand it is granted, voided by hand it is not", async () => {
    const { ada, membership } = await challenged();
    const { invoice } = (await membership.now()).awaited_change;
    const path = `/v1/invoices/${invoice}/payments`;
    const part = { amount: "39.99", method: "cash", reference: `a-part-${ada.id}` };
    const refused = await shop.call("POST", path, { body: part });
    expect([refused.status, refused.body.code]).toEqual([409, "change_awaits_payment"]);
    for (const [what, body] of [
      ["credit_notes", { amount: "5.00", to: "balance", reason: "so it is" }],
      ["credit_notes", { to: "balance", reason: "all of it" }],
      ["mark_uncollectible", {}],
    ] as const) {
      const answer = await shop.call("POST", `/v1/invoices/${invoice}/${what}`, { body });
      expect([answer.status, answer.body.code]).toEqual([409, "change_awaits_payment"]);
      expect(answer.body.details.allowed).toContain("withdraw the change");
    }
    const body = { amount: "40.00", method: "bank_transfer", reference: `by-hand-${ada.id}` };
    const { status } = await shop.call("POST", path, { body });
    expect(status).toBe(201);
    expect(await membership.now()).toMatchObject({ plan: pro, awaited_change: null });

    const other = await challenged();
    const awaited = (await other.membership.now()).awaited_change.invoice;
    await shop.call("POST", `/v1/invoices/${awaited}/void`, { body: {} });
    expect(await other.membership.now()).toMatchObject({ plan: basic, awaited_change: null });
  });
});
