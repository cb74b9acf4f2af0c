import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { parseId } from "#kernel/ids.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

/** A write that is about to be asked for. */
interface Write {
  readonly ada: Customer;
  readonly path: string;
  /** Absent where the write takes none. */
  readonly body?: object;
  /** POST, when absent. */
  readonly method?: "DELETE" | "PATCH";
}

const prices = [flat("29.00", "advance"), flat("10.00"), perUnit("packages", "1.50")];

/** A subscriber of some days, who has used something. */
async function subscriber(more: object = {}) {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(await story.publish(prices, more));
  await ada.livesUntil("2026-01-11");
  await subscription.uses("packages", "7");
  return { ada, subscription };
}

const writes: Readonly<Record<string, () => Promise<Write>>> = {
  async createSubscription() {
    const ada = await story.welcome();
    const plan = await story.publish(prices);
    return { ada, path: "/v1/subscriptions", body: { customer: ada.id, plan } };
  },
  async cancelSubscription() {
    const { ada, subscription } = await subscriber();
    await shop.call("POST", "/v1/invoice_items", { body: pendingOf(ada) });
    const plan = await story.publish([flat("9.00")]);
    await subscription.changes({ plan, when: "period_end" });
    const body = { at_period_end: false, unused: "refund" };
    return { ada, path: `/v1/subscriptions/${subscription.id}/cancel`, body };
  },
  async undoCancellation() {
    const { ada, subscription } = await subscriber();
    await subscription.cancels("at period end");
    return { ada, path: `/v1/subscriptions/${subscription.id}/uncancel`, body: {} };
  },
  async endTrial() {
    const { ada, subscription } = await subscriber({ trial: { days: 30 } });
    return { ada, path: `/v1/subscriptions/${subscription.id}/end_trial`, body: {} };
  },
  async renewSubscription() {
    const { ada, subscription } = await subscriber({ renewal: "none" });
    return { ada, path: `/v1/subscriptions/${subscription.id}/renew`, body: {} };
  },
  async pauseSubscription() {
    const { ada, subscription } = await subscriber();
    const body = { unused: "credit" };
    return { ada, path: `/v1/subscriptions/${subscription.id}/pause`, body };
  },
  async resumeSubscription() {
    const { ada, subscription } = await subscriber();
    await shop.call("POST", `/v1/subscriptions/${subscription.id}/pause`, { body: {} });
    await ada.livesUntil("2026-01-21");
    return { ada, path: `/v1/subscriptions/${subscription.id}/resume`, body: {} };
  },
  async changeSubscription() {
    const { ada, subscription } = await subscriber();
    const plan = await story.publish([flat("59.00", "advance")], { name: "Larger" });
    const body = { plan, when: "now" };
    return { ada, path: `/v1/subscriptions/${subscription.id}/change`, body };
  },
  async withdrawSubscriptionChange() {
    const { ada, subscription } = await subscriber();
    const { body } = await shop.call("GET", `/v1/invoices?customer=${ada.id}`);
    const note = { amount: "5.00", reason: "Sorry", to: "balance" };
    await shop.call("POST", `/v1/invoices/${body.data[0].id}/credit_notes`, { body: note });
    await ada.gives("pm_card_authenticationRequired");
    const plan = await story.publish([flat("59.00", "advance")], { name: "Larger" });
    await subscription.asks("change", { plan, when: "now" });
    return { ada, path: `/v1/subscriptions/${subscription.id}/pending_change`, method: "DELETE" };
  },
  async createInvoice() {
    const { ada } = await invoiced("pm_card_visa");
    const lines = [{ description: "Setting up", quantity: "2.5", unit_amount: "19.99" }];
    const { body } = await shop.call("POST", "/v1/invoice_items", { body: pendingOf(ada) });
    const asked = { lines, invoice_items: [body.id], collection: "charge" };
    return { ada, path: "/v1/invoices", body: { customer: ada.id, ...asked } };
  },
  async createInvoiceItem() {
    const { ada } = await subscriber();
    return { ada, path: "/v1/invoice_items", body: pendingOf(ada) };
  },
  async updateInvoiceItem() {
    return {
      ...(await itemPending()),
      method: "PATCH",
      body: { quantity: "3", unit_amount: "-2.50" },
    };
  },
  async deleteInvoiceItem() {
    return { ...(await itemPending()), method: "DELETE" };
  },
  async createCreditNote() {
    const { ada, path } = await invoiced("pm_card_visa");
    const body = { amount: "9.50", reason: "Two were lost", to: "balance" };
    return { ada, path: `${path}/credit_notes`, body };
  },
  async createRefund() {
    const { ada } = await invoiced("pm_card_visa");
    const { body } = await shop.call("GET", `/v1/payments?customer=${ada.id}`);
    const refund = { amount: "4.00", reason: "Goodwill" };
    return { ada, path: `/v1/payments/${body.data[0].id}/refunds`, body: refund };
  },
  async recordPayment() {
    const { ada, path } = await invoiced("pm_card_chargeCustomerFail");
    const body = { amount: "5.00", method: "bank_transfer", reference: "4711" };
    return { ada, path: `${path}/payments`, body };
  },
  async voidInvoice() {
    const { ada, path } = await invoiced("pm_card_chargeCustomerFail");
    return { ada, path: `${path}/void`, body: {} };
  },
  async markInvoiceUncollectible() {
    const { ada, path } = await invoiced("pm_card_chargeCustomerFail");
    return { ada, path: `${path}/mark_uncollectible`, body: {} };
  },
};

/** Something that waits for the customer's next invoice. */
function pendingOf({ id }: Customer) {
  return { customer: id, description: "A broken device", unit_amount: "80.00" };
}

/** A customer for whose next invoice something waits. */
async function itemPending(): Promise<Write> {
  const { ada } = await subscriber();
  const { body } = await shop.call("POST", "/v1/invoice_items", { body: pendingOf(ada) });
  return { ada, path: `/v1/invoice_items/${body.id}` };
}

/** A customer with an invoice that its card paid, or declined. */
async function invoiced(card: string): Promise<{ ada: Customer; path: string }> {
  const ada = await story.welcome({ card });
  await ada.subscribes(await story.publish([flat("29.00")]));
  await ada.livesUntil("2026-02-01");
  const { body } = await shop.call("GET", `/v1/invoices?customer=${ada.id}`);
  return { ada, path: `/v1/invoices/${body.data[0].id}` };
}

describe("a dry run answers just what the write then does", () => {
  test.each(Object.keys(writes))("%s", async (operation) => {
    const write = await present(writes[operation], "it is one of them")();
    const { ada, path, body, method = "POST" } = write;
    const before = await recordOf(ada);

    const preview = await shop.call(method, `${path}?dry_run=true`, { body });
    const between = await recordOf(ada);
    const done = await shop.call(method, path, { body });
    const after = await recordOf(ada);

    expect(preview.status).toBe(200);
    expect(between).toEqual(before);
    const { dry_run: isDryRun, answer, ...written } = preview.body;
    expect(isDryRun).toBe(true);
    expect(masked({ answer, ...written })).toEqual(
      masked({ answer: done.body, ...difference(before, after, written.invoices) }),
    );
  });

  test("there is a case for each write that says it can be previewed", async () => {
    const { body } = await shop.call("GET", "/openapi.json", { token: null });
    const previewable = Object.values<Json>(body.paths)
      .flatMap((methods) => Object.values<Json>(methods))
      .filter(({ parameters = [] }) => parameters.some(({ name }: Json) => name === "dry_run"))
      .map(({ operationId }) => operationId);

    expect(new Set(previewable)).toEqual(new Set(Object.keys(writes)));
  });

  test("a refusal is refused alike, and a key is not taken by a dry run", async () => {
    const { ada, path, body } = await present(writes["createSubscription"], "it is there")();
    const headers = { "idempotency-key": "dry-1" };

    const refused = await shop.call("POST", `${path}?dry_run=true`, {
      body: { ...body, customer: "cus_0000000000000" },
    });
    const preview = await shop.call("POST", `${path}?dry_run=true`, { body, headers });
    const done = await shop.call("POST", path, { body, headers });

    expect([refused.status, refused.body.code]).toEqual([404, "customer_not_found"]);
    expect([preview.status, done.status]).toEqual([200, 201]);
    expect(done.headers["idempotent-replayed"]).toBeUndefined();
    expect(await ada.invoices()).toHaveLength(1);
  });
});

interface Standing {
  readonly invoices: readonly Json[];
  readonly payments: readonly Json[];
  readonly postings: readonly Json[];
  readonly events: readonly Json[];
  /** What waits for an invoice. */
  readonly items: readonly Json[];
}

/** All that stands of a customer, the oldest first. */
async function recordOf({ id }: Customer): Promise<Standing> {
  const listed = async (what: string) =>
    (await shop.call("GET", `/v1/${what}?customer=${id}&limit=100`)).body.data.toReversed();
  const rows = (sql: string) =>
    shop.app.db.inProject(shop.projectIds.sandbox, (tx) =>
      tx.query<Json>(sql, [parseId("customer", id)]),
    );
  return {
    invoices: await listed("invoices"),
    payments: await listed("payments"),
    items: await listed("invoice_items"),
    postings: await rows(
      `select debit_account, credit_account, amount_minor, currency from ledger_transfer
        where customer_id = $1 order by sequence`,
    ),
    events: await rows("select type, data from outbox where customer_id = $1 order by id"),
  };
}

/** What of `after` was not there before, or was otherwise; postings as the API writes them. */
function difference(before: Standing, after: Standing, shown: readonly Json[]): Json {
  // An invoice whose row was written anew is shown, though it may read as before.
  const numbers = new Set(shown.map(({ number }) => number));
  const known = before.invoices.filter(({ number }) => !numbers.has(number));
  const fresh = (one: readonly Json[], other: readonly Json[]) => {
    const seen = new Set(one.map((item) => JSON.stringify(item)));
    return other.filter((item) => !seen.has(JSON.stringify(item)));
  };
  return {
    invoices: fresh(known, after.invoices),
    payments: fresh(before.payments, after.payments),
    postings: after.postings.slice(before.postings.length),
    events: fresh(before.events, after.events),
  };
}

/** Two decimals are what the currency has; ids are named by their order, for no two are the same. */
function masked({ postings, events, ...rest }: Json): Json {
  const shown = {
    ...rest,
    events: events.map(({ type, data }: Json) => ({ type, data })),
    postings: postings.map((posting: Json) => ({
      debit: posting.debit ?? posting.debit_account,
      credit: posting.credit ?? posting.credit_account,
      amount: posting.amount ?? (Number(posting.amount_minor) / 100).toFixed(2),
    })),
  };
  const names = new Map<string, string>();
  const text = JSON.stringify(shown).replace(
    /\b([a-z]+_)[0-9a-hjkmnp-tv-z]{26}\b/g,
    (id, prefix) => {
      if (!names.has(id)) names.set(id, `${prefix}${names.size}`);
      return names.get(id) ?? id;
    },
  );
  return JSON.parse(text);
}
