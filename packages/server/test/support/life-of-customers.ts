import Stripe from "stripe";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import type { TestApp } from "./app.ts";
import { flat, perUnit, type Story, storyOf, tiered } from "./story.ts";

/**
 * Fills the sandbox side with customers to whom, between them, everything has happened that leaves a
 * trace: usage in time, late and corrected, prices of each kind, bills paid, declined and given up,
 * money given back and disputed, subscriptions that run, wait, end and have ended.
 */
export async function tellLifeOfCustomers(shop: TestApp): Promise<void> {
  const story = storyOf(shop);
  const shipping = await story.publish([
    flat("2999", "arrears"),
    perUnit("packages", "50"),
    perUnit("returns", "100"),
  ]);
  const calls = await story.publish([
    flat("20", "advance"),
    tiered("calls", "graduated", [
      ["100", "0.5"],
      [null, "0.333333333"],
    ]),
  ]);
  await whoShips(story, shipping);
  await whoCallsAndLeaves(shop, story, calls);
  await whoMovesMoney(story);
  await whoIsMeasured(story);
  await whoDoesNothing(story);
  await whoseMoneyGoesBack(shop, story);
  await whoCannotPay(story, shipping);
  await whoHasCredit(story);
  await whoseBillsAreCorrected(shop, story);
  await whoIsChargedOnce(shop, story);
  const waiting = await story.welcome({ clock: null, card: null });
  await waiting.subscribes(calls);
  await shop.settle();
}

async function whoShips(story: Story, plan: string): Promise<void> {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  await subscription.uses("packages", "150");
  await subscription.uses("returns", "12");
  await subscription.uses("packages", "-3", { properties: { reason: "damaged" } });
  await ada.livesUntil("2026-02-03");
  await subscription.uses("packages", "7", { occurred_at: "2026-01-31T23:00:00Z" });
  await subscription.uses("packages", "5");
  await ada.livesUntil("2026-03-02");
  await subscription.uses("returns", "0.000000001");
}

async function whoCallsAndLeaves(shop: TestApp, story: Story, plan: string): Promise<void> {
  const bell = await story.welcome({ clock: "2026-01-01" });
  const subscription = await bell.subscribes(plan);
  // Its first period is paid for in advance, and begins with that.
  await shop.settle();
  await subscription.uses("calls", "250.5");
  await bell.livesUntil("2026-02-10");
  await subscription.cancels("now");
  await subscription.uses("calls", "9", { occurred_at: "2026-02-09T00:00:00Z" });
  await bell.livesUntil("2026-02-12");
}

/** A price with a fee for each event, in a period that has to come to something. */
async function whoMovesMoney(story: Story): Promise<void> {
  const model = { type: "percentage", rate: "0.029", fee_per_event: "0.3", fee_maximum: "20" };
  const transfers = { kind: "usage", name: "transfers", metric: "transfers", model };
  const plan = await story.publish([flat("5", "arrears"), transfers], { minimum_spend: "100" });
  const cash = await story.welcome({ clock: "2026-01-01" });
  const subscription = await cash.subscribes(plan);
  await subscription.uses("transfers", "1000");
  await subscription.uses("transfers", "250.25");
  await cash.livesUntil("2026-02-02");
  await subscription.uses("transfers", "4000", { occurred_at: "2026-01-30T00:00:00Z" });
  await cash.livesUntil("2026-03-02");
}

/** Meters of every aggregation over the same events, some of which only some of them read. */
async function whoIsMeasured(story: Story): Promise<void> {
  const model = { type: "per_unit", unit_price: "2" };
  const meter = (name: string, aggregation: string, more: object = {}) => ({
    kind: "usage",
    name,
    metric: "seats",
    meter: name,
    aggregation,
    model,
    ...more,
  });
  const plan = await story.publish([
    meter("reports", "count"),
    meter("peak", "max"),
    meter("last", "latest"),
    meter("people", "unique_count", { property: "person" }),
    meter("european", "sum", { filters: { region: ["eu", "uk"] } }),
  ]);
  const team = await story.welcome({ clock: "2026-01-01" });
  const subscription = await team.subscribes(plan);
  const reports = (quantity: string, person: string, region: string, day: string) =>
    subscription.uses("seats", quantity, {
      properties: { person, region },
      occurred_at: `2026-01-${day}T00:00:00Z`,
    });
  await team.livesUntil("2026-01-31");
  await reports("4", "ada", "eu", "05");
  await reports("9", "bob", "us", "07");
  await reports("3", "ada", "uk", "09");
  await reports("-9", "bob", "us", "11");
  await team.livesUntil("2026-02-02");
  // A new maximum, an older report, a value that is met again, one that ceases to count.
  await reports("12", "bob", "us", "06");
  await reports("-7", "ada", "eu", "08");
  await team.livesUntil("2026-03-02");
  await subscription.uses("seats", "1", { properties: { person: "eve", region: "us" } });
}

async function whoDoesNothing(story: Story): Promise<void> {
  const idle = await story.welcome({ clock: "2026-01-01" });
  await idle.subscribes(await story.publish([perUnit("pages", "1")]));
  await idle.livesUntil("2026-02-05");
}

/** Refunds that stay and one that the bank returns, disputes of each end, and money that came for nothing. */
async function whoseMoneyGoesBack(shop: TestApp, story: Story): Promise<void> {
  const httpClient = Stripe.createFetchHttpClient(shop.app.sandbox.fetch);
  const dashboard = new Stripe("sk_test_dashboard", { httpClient });
  const plan = await story.publish([flat("30.00", "advance")]);
  const charged = async (card: string) => {
    const payer = await story.welcome({ clock: null, card });
    await payer.subscribes(plan);
    await shop.settle();
    return present(shop.app.sandbox.journal.charges().at(-1), "it was charged").id;
  };

  await dashboard.refunds.create({ charge: await charged("pm_card_visa"), amount: 1000 });
  await dashboard.refunds.create({ charge: await charged("pm_card_refundFail") });
  for (const [card, word] of [
    ["pm_card_createDispute", "winning_evidence"],
    ["pm_card_createDisputeProductNotReceived", "losing_evidence"],
  ] as const) {
    const [dispute] = (await dashboard.disputes.list({ charge: await charged(card) })).data;
    const evidence = { uncategorized_text: word };
    await dashboard.disputes.update(present(dispute, "it is there").id, { evidence, submit: true });
  }
  await charged("pm_card_createDispute");
  await charged("pm_card_createDisputeInquiry");

  const late = await story.welcome({ clock: null, card: null });
  const waiting = await late.subscribes(plan);
  const link = new URL(waiting.paymentUrl ?? "").pathname;
  const page = (await shop.call("GET", link, { token: null })).headers["location"];
  await waiting.cancels("now");
  await payOnPage(shop.app.sandbox, String(page));
  await shop.call("GET", `${link}/return`, { token: null });
  await shop.moveTo(shop.clock.now() + MINUTE_MS);
}

/** One whose card is tried again still, and one whose subscription has ended over it. */
async function whoCannotPay(story: Story, plan: string): Promise<void> {
  const poor = await story.welcome({ clock: "2026-01-01" });
  await poor.subscribes(plan);
  await poor.gives("pm_card_chargeCustomerFail");
  await poor.livesUntil("2026-02-04");

  const lost = await story.welcome({ clock: "2026-01-01", timeZone: "America/Jamaica" });
  await lost.subscribes(plan);
  await lost.gives("pm_card_chargeCustomerFail");
  await lost.livesUntil("2026-03-01");
}

/** One whose correction came to more than a whole bill, so that the next two cost less. */
async function whoHasCredit(story: Story): Promise<void> {
  const plan = await story.publish([flat("20.00"), perUnit("packages", "10.00")]);
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  await subscription.uses("packages", "6");
  await ada.livesUntil("2026-02-02");
  await subscription.uses("packages", "-5", { occurred_at: "2026-01-31T00:00:00Z" });
  await ada.livesUntil("2026-05-02");
}

/** Charged once by card, and twice by a bill that is sent: one is paid by hand, one is overdue. */
async function whoIsChargedOnce(shop: TestApp, story: Story): Promise<void> {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const lines = [{ description: "Setting up", quantity: "2.5", unit_amount: "19.99" }];
  const billed = async (collection: string) => {
    const body = { customer: ada.id, currency: "JMD", lines, collection };
    return (await shop.call("POST", "/v1/invoices", { body })).body;
  };
  await billed("charge");
  await billed("send");
  const { id } = await billed("send");
  const body = { amount: "49.98", method: "cash", reference: "4713" };
  await shop.call("POST", `/v1/invoices/${id}/payments`, { body });
  const pending = { customer: ada.id, description: "A broken device", unit_amount: "80.00" };
  await shop.call("POST", "/v1/invoice_items", { body: pending });
  await ada.subscribes(await story.publish([flat("20.00")]));
  await ada.livesUntil("2026-02-02");
}

/** Credit notes to wherever they can go, money by hand, and bills that are void or given up. */
async function whoseBillsAreCorrected(shop: TestApp, story: Story): Promise<void> {
  const plan = await story.publish([flat("20.00"), perUnit("packages", "10.00")]);
  const billed = async (card: string) => {
    const ada = await story.welcome({ clock: "2026-01-01", card });
    await ada.subscribes(plan);
    await ada.livesUntil("2026-02-01");
    const invoice = present((await ada.bills()).at(-1), "a bill was made");
    return (what: string, body?: object) =>
      shop.call("POST", `/v1/invoices/${invoice.id}/${what}`, body === undefined ? {} : { body });
  };
  const note = { amount: "5.00", reason: "Lost" };
  const byHand = { amount: "8.00", method: "bank_transfer", reference: "4711" };

  const paid = await billed("pm_card_visa");
  await paid("credit_notes", { ...note, to: "balance" });
  await paid("credit_notes", { ...note, to: "refund" });
  const poor = await billed("pm_card_chargeCustomerFail");
  await poor("credit_notes", { ...note, to: "balance" });
  await poor("payments", byHand);
  await poor("payments", { ...byHand, amount: "9.00", reference: "4712", surplus: "credit" });
  await (await billed("pm_card_chargeCustomerFail"))("void");
  await (await billed("pm_card_chargeCustomerFail"))("mark_uncollectible");
}
