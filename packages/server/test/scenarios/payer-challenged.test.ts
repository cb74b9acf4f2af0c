import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { visitBank } from "#test/support/payments/visit-bank.ts";
import { type Customer, flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let plan: string;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  plan = await story.publish([flat("2999.00")]);
});
afterAll(() => shop.stop());

/** Somebody whose bank asks for every charge, on the day on which January is charged. */
async function challenged(card = "pm_card_authenticationRequired") {
  const ada = await story.welcome({ clock: "2026-01-01", card });
  const subscription = await ada.subscribes(plan);
  await ada.livesUntil("2026-02-01");
  return { ada, subscription, link: (await paymentOf(ada)).action_url as string };
}

async function paymentOf({ id }: Customer): Promise<Json> {
  return (await shop.call("GET", `/v1/payments?customer=${id}`)).body.data[0];
}

async function chargesOf(customer: Customer): Promise<string[]> {
  const { id } = await paymentOf(customer);
  const charges = shop.app.sandbox.journal.charges();
  return charges
    .filter(({ metadata }) => Object.values(metadata).includes(id))
    .map(({ status, amount }) => `${status} ${amount}`);
}

const told = async (customer: Customer, prefix: string) =>
  (await customer.events()).filter((type) => type.startsWith(prefix));

test("a charge in the payer's absence waits with a link; the bank satisfied, it is paid once", async () => {
  const { ada, subscription, link } = await challenged();
  expect(await subscription.now()).toMatchObject({ status: "past_due" });
  expect(await paymentOf(ada)).toMatchObject({
    status: "pending",
    failure_code: "authentication_required",
    action_url: expect.stringMatching(/^https:\/\/billing\.example\/pay\/pay_\w+$/),
  });
  expect(await told(ada, "payment.")).toEqual(["payment.failed", "payment.action_required"]);

  const seen = await visitBank(shop, link, "complete");
  await shop.settle();

  expect(seen).toMatchObject({ status: 200, body: expect.stringContaining("it is paid") });
  expect(await subscription.now()).toMatchObject({ status: "active" });
  expect(await ada.invoices()).toMatchObject([{ status: "paid", total: "2999.00" }]);
  expect(await paymentOf(ada)).toMatchObject({ status: "succeeded", action_url: null });
  await ada.livesUntil("2026-02-10");
  await visitBank(shop, link, "complete");
  expect(await chargesOf(ada)).toEqual(["failed 299900", "succeeded 299900"]);
  expect(await ada.books()).toMatchObject({ receivable: 0n, "rail:stripe": 299_900n });
  expect(await told(ada, "payment.")).toEqual([
    "payment.failed",
    "payment.action_required",
    "payment.succeeded",
  ]);
});

test("who fails at the bank has paid nothing and lost nothing, and may try again", async () => {
  const { ada, subscription, link } = await challenged();

  const seen = await visitBank(shop, link, "fail");
  await shop.settle();

  expect(seen).toMatchObject({ status: 200, body: expect.stringContaining("not finished") });
  expect(seen.body).toContain(`href="${new URL(link).pathname}"`);
  expect(await subscription.now()).toMatchObject({ status: "past_due" });
  expect(await ada.invoices()).toMatchObject([{ status: "open" }]);
  expect(await chargesOf(ada)).toEqual(["failed 299900"]);
  expect(await paymentOf(ada)).toMatchObject({ status: "pending", attempt_count: 1 });

  await visitBank(shop, link, "complete");
  expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
  expect(await chargesOf(ada)).toEqual(["failed 299900", "succeeded 299900"]);
});

test("a retry while the bank's page stands open charges nothing twice", async () => {
  const { ada, link } = await challenged();
  const { headers } = await visitBank(shop, link, "leave");
  await ada.livesUntil("2026-02-02");
  expect(await ada.attempts()).toEqual(["2026-02-01 needs_action", "2026-02-02 needs_action"]);

  const body = new URLSearchParams({ outcome: "complete" });
  const late = await shop.app.sandbox.fetch(String(headers["location"]), { method: "POST", body });
  expect(await late.text()).toContain("Nothing to confirm");
  expect(await ada.invoices()).toMatchObject([{ status: "open" }]);

  await visitBank(shop, link, "complete");
  expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
  const paid = (await chargesOf(ada)).filter((charge) => charge.startsWith("succeeded"));
  expect(paid).toEqual(["succeeded 299900"]);
});

test("a bank that is satisfied may still decline: the payment goes on by its schedule", async () => {
  const { ada, link } = await challenged(
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
  );

  const seen = await visitBank(shop, link, "complete");
  await shop.settle();

  expect(seen.body).toContain("not finished");
  expect(await chargesOf(ada)).toEqual(["failed 299900", "failed 299900"]);
  expect(await paymentOf(ada)).toMatchObject({ status: "pending", attempt_count: 1 });
  await ada.gives("pm_card_visa");
  await shop.settle();
  expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
});
