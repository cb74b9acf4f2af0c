import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY_MS } from "#kernel/clock.ts";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Customer, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

/** Somebody who is sent an invoice of 40.00 by the server's clock. */
async function sent(unit_amount = "40.00"): Promise<{ ada: Customer; path: string; id: string }> {
  const ada = await story.welcome({ clock: null, card: null });
  const lines = [{ description: "Setting up <fast>", quantity: "1", unit_amount }];
  const body = { customer: ada.id, currency: "JMD", lines, collection: "send", due_days: 14 };
  const { body: invoice } = await shop.call("POST", "/v1/invoices", { body });
  expect(invoice.payment_url).toMatch(`https://billing.example/pay/${invoice.id}.`);
  return { ada, id: invoice.id, path: new URL(invoice.payment_url).pathname };
}

const see = (path: string) => shop.call("GET", path, { token: null });
/** Where `Pay by card` leads. */
const cardPage = async (path: string) => String((await see(`${path}/card`)).headers["location"]);
const invoiceNow = async (id: string): Promise<Json> =>
  (await shop.call("GET", `/v1/invoices/${id}`)).body;

async function comesBack(url: string) {
  const { pathname, search } = new URL(url);
  return see(pathname + search);
}

/** What was charged to the customer, and what of it was given back, in minor units. */
async function moneyOf(ada: Customer) {
  const { body } = await shop.call("GET", `/v1/payments?customer=${ada.id}`);
  const refs: Json[] = body.data.map(({ amount, surplus, invoice, status }: Json) => [
    status,
    amount,
    surplus,
    invoice !== null,
  ]);
  return refs.toReversed();
}

describe("an invoice that was sent", () => {
  test("is seen at its link, and paid there by card", async () => {
    const { ada, path, id } = await sent();

    const seen = await see(path);
    const back = await comesBack(await payOnPage(shop.app.sandbox, await cardPage(path)));
    await shop.settle();

    expect(seen).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(seen.body).toContain("Setting up &lt;fast&gt;");
    expect(seen.body).toContain(`href="${path}/card"`);
    expect(back.body).toContain("Thank you.");
    expect(back.body).not.toContain("/card");
    expect(await invoiceNow(id)).toMatchObject({
      status: "paid",
      amount_paid: "40.00",
      payment_url: null,
    });
    expect(await moneyOf(ada)).toEqual([["succeeded", "40.00", "0.00", true]]);
    expect(await ada.books()).toEqual({ receivable: 0n, "rail:stripe": 4000n, revenue: -4000n });
    const methods = await shop.call("GET", `/v1/customers/${ada.id}/payment_methods`);
    expect(methods.body.data).toEqual([]);
  });

  test("is paid by the provider's word alone, when its payer never comes back", async () => {
    const { ada, path, id } = await sent();
    await payOnPage(shop.app.sandbox, await cardPage(path));
    await shop.settle();

    expect(await invoiceNow(id)).toMatchObject({ status: "paid" });
    expect((await ada.events()).filter((type) => type.startsWith("payment."))).toEqual([
      "payment.succeeded",
    ]);
  });

  test("is paid once its bank is satisfied, and not before", async () => {
    const { path, id } = await sent();
    const page = await cardPage(path);
    const challenge = await payOnPage(shop.app.sandbox, page, "4000 0027 6000 3184");
    const bank = new URL(challenge, page).href;
    expect((await invoiceNow(id)).status).toBe("open");
    const early = await see(`${path}/return`);

    const body = new URLSearchParams({ outcome: "complete" });
    const answer = await shop.app.sandbox.fetch(bank, { method: "POST", body });
    const back = await comesBack(String(answer.headers.get("location")));

    expect(early.body).toContain("not finished");
    expect(back.body).toContain("Thank you.");
    expect(await invoiceNow(id)).toMatchObject({ status: "paid" });
  });

  test("leads to another page when the one before has ended", async () => {
    const { path, id } = await sent();
    const old = await cardPage(path);
    expect(await cardPage(path)).toBe(old);
    await shop.moveTo(shop.clock.now() + 2 * DAY_MS);

    const fresh = await cardPage(path);
    await payOnPage(shop.app.sandbox, fresh);
    await shop.settle();

    expect(fresh).not.toBe(old);
    expect(await invoiceNow(id)).toMatchObject({ status: "paid" });
  });
});

describe("paid in more than one way", () => {
  test("on two pages that stand open: the second money goes back", async () => {
    const { ada, path, id } = await sent();
    const old = await cardPage(path);
    const note = { amount: "10.00", reason: "Sorry", to: "balance" };
    await shop.call("POST", `/v1/invoices/${id}/credit_notes`, { body: note });
    const fresh = await cardPage(path);

    await comesBack(await payOnPage(shop.app.sandbox, fresh));
    await payOnPage(shop.app.sandbox, old);
    await shop.settle();
    await shop.moveTo(shop.clock.now() + DAY_MS);

    expect(fresh).not.toBe(old);
    expect(await moneyOf(ada)).toEqual([
      ["succeeded", "30.00", "0.00", true],
      ["succeeded", "40.00", "0.00", false],
    ]);
    expect((await ada.events()).filter((type) => type === "payment.refunded")).toHaveLength(1);
    expect(await ada.books()).toMatchObject({ receivable: 0n, "rail:stripe": 3000n });
  });

  test("on an old page for more than is left: what is more becomes credit", async () => {
    const { ada, path, id } = await sent();
    const page = await cardPage(path);
    const part = { amount: "15.00", method: "bank_transfer", reference: "4711" };
    await shop.call("POST", `/v1/invoices/${id}/payments`, { body: part });

    const seen = await see(path);
    await comesBack(await payOnPage(shop.app.sandbox, page));
    await shop.settle();

    expect(seen.body).toContain("JMD 25.00");
    expect(await moneyOf(ada)).toEqual([["succeeded", "40.00", "15.00", true]]);
    expect(await invoiceNow(id)).toMatchObject({ status: "paid", amount_paid: "40.00" });
    const { body } = await shop.call("GET", `/v1/customers/${ada.id}`);
    expect(body).toMatchObject({ credit_balance: "15.00" });
  });

  test("by a transfer, while the page stands open: the card's money goes back", async () => {
    const { ada, path, id } = await sent();
    const page = await cardPage(path);
    const whole = { amount: "40.00", method: "bank_transfer", reference: "4711" };
    await shop.call("POST", `/v1/invoices/${id}/payments`, { body: whole });

    const back = await comesBack(await payOnPage(shop.app.sandbox, page));
    await shop.settle();
    await shop.moveTo(shop.clock.now() + DAY_MS);

    expect([back.status, back.body]).toEqual([410, expect.stringContaining("get your money back")]);
    expect(await ada.books()).toMatchObject({ receivable: 0n, "rail:stripe": 0n, bank: 4000n });
  });
});

describe("a link is closed", () => {
  test.each([
    { action: "void", words: "was withdrawn" },
    { action: "mark_uncollectible", words: "cannot be paid here any more" },
  ])("after $action", async ({ action, words }) => {
    const { path, id } = await sent();
    await shop.call("POST", `/v1/invoices/${id}/${action}`);

    const seen = await see(path);
    const asked = await see(`${path}/card`);

    expect(seen.body).toContain(words);
    expect(seen.body).not.toContain(`${path}/card`);
    expect([asked.status, asked.headers["location"]]).toEqual([200, undefined]);
    expect(await invoiceNow(id)).toMatchObject({ payment_url: null });
  });

  test("to who knows its id alone, and 503 while the provider does not answer", async () => {
    const { path, id } = await sent();
    const unknown = await see(`/pay/${id}`);
    shop.app.sandbox.faults.add({ fault: "server_error", times: null, isDone: false });
    const cut = await see(`${path}/card`);
    shop.app.sandbox.faults.clear();

    expect(unknown.status).toBe(404);
    expect(cut.status).toBe(503);
    expect(await cardPage(path)).toMatch(/\/pay\/cs_test_/);
  });
});

test("after all of these stories what is stored agrees with itself, and with what was charged", async () => {
  const journal = sandboxJournal(shop.app.sandbox.journal.charges);
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox, { journal });
  expect(breaches).toEqual([]);
});
