import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { payOnPage } from "#test/support/payments/pay-on-page.ts";
import { type Customer, flat, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

/** Somebody without a card who is sent invoices. */
async function welcomed(terms: object, more: object = {}): Promise<Customer> {
  const ada = await story.welcome({ card: null, ...more });
  const body = { payment_terms: terms };
  const { status } = await shop.call("PATCH", `/v1/customers/${ada.id}`, { body });
  expect(status).toBe(200);
  return ada;
}

const SENT_14 = { collection: "send", net_days: 14 };
const bank = (amount: string, reference = "4711") => ({
  body: { amount, method: "bank_transfer", reference },
});

describe("a customer who is sent invoices", () => {
  test("needs no card: it begins at once, and each bill is due by the calendar of its own zone", async () => {
    const ada = await welcomed(SENT_14, {
      timeZone: "America/New_York",
      clock: "2026-02-01T05:00",
    });

    const subscription = await ada.subscribes(
      await story.publish([flat("20.00", "advance"), flat("1.00")]),
    );
    await ada.livesUntil("2026-03-01T05:00");

    expect(subscription.paymentUrl).toBeNull();
    expect(await subscription.now()).toMatchObject({ status: "active" });
    const bills = await ada.bills();
    expect(bills.map(({ reason, status, due_at }) => [reason, status, due_at])).toEqual([
      ["opening", "open", "2026-02-15T05:00:00.000Z"],
      // The clocks went forward on 8 March.
      ["renewal", "open", "2026-03-15T04:00:00.000Z"],
    ]);
    expect(await ada.attempts()).toEqual([]);
  });

  test("is told of what is overdue, with its subscription, and pays in parts until it is paid", async () => {
    const ada = await welcomed(SENT_14);
    const subscription = await ada.subscribes(await story.publish([flat("20.00")]));
    await ada.livesUntil("2026-02-15");
    const [bill] = await ada.bills();
    const pay = (amount: string, reference: string, more = {}) => {
      const { body } = bank(amount, reference);
      const path = `/v1/invoices/${bill?.["id"]}/payments`;
      return shop.call("POST", path, { body: { ...body, ...more } });
    };

    const part = await pay("12.50", "first");
    const beyond = await pay("10.00", "second");
    const rest = await pay("10.00", "second", { surplus: "credit" });

    expect(bill).toMatchObject({ overdue_at: "2026-02-15T00:00:00.000Z" });
    await shop.settle();
    const { body: told } = await shop.call("GET", "/v1/events?types=invoice.overdue&limit=100");
    const overdue = told.data.find(({ data }: Json) => data.invoice.id === bill?.["id"]);
    expect(overdue.data.subscription).toMatchObject({ id: subscription.id });
    expect([part.status, rest.status]).toEqual([201, 201]);
    expect([beyond.status, beyond.body.details]).toEqual([409, { amount_remaining: "7.50" }]);
    expect((await ada.bills())[0]).toMatchObject({ status: "paid", amount_paid: "20.00" });
    const { body: customer } = await shop.call("GET", `/v1/customers/${ada.id}`);
    expect(customer).toMatchObject({ credit_balance: "2.50", payment_terms: SENT_14 });
  });

  test("is granted a larger plan at once, and sent what it costs", async () => {
    const ada = await welcomed({ collection: "send" });
    const subscription = await ada.subscribes(await story.publish([flat("20.00")]));
    const larger = await story.publish([flat("59.00", "advance")], { name: "Larger" });

    const changed = await subscription.changes({ plan: larger, when: "now" });

    expect(changed).toMatchObject({ status: 200, body: { plan: larger, awaited_change: null } });
    expect(await ada.bills()).toMatchObject([
      { reason: "change", status: "open", collection: "send", due_at: "2026-01-31T00:00:00.000Z" },
    ]);
  });
});

test("who follows a payment link pays there, and is sent the bills after that", async () => {
  const ada = await welcomed(SENT_14);
  const plan = await story.publish([flat("20.00", "advance")]);
  const body = { customer: ada.id, plan };
  await shop.call("PATCH", `/v1/customers/${ada.id}`, {
    body: { payment_terms: { collection: null } },
  });
  const { body: made } = await shop.call("POST", "/v1/subscriptions", { body });
  await shop.call("PATCH", `/v1/customers/${ada.id}`, { body: { payment_terms: SENT_14 } });

  const link = await shop.call("GET", new URL(made.payment_url).pathname, { token: null });
  await payOnPage(shop.app.sandbox, String(link.headers["location"]));
  await shop.settle();
  await ada.livesUntil("2026-02-01");

  expect((await ada.bills()).map(({ reason, status }) => [reason, status])).toEqual([
    ["opening", "paid"],
    ["renewal", "open"],
  ]);
});

describe("whose terms hold", () => {
  test("an invoice's own, else the customer's, else the project's, word by word", async () => {
    const token = await shop.issueToken(
      ["admin", "billing:read", "billing:write"],
      shop.projectIds.other,
    );
    const set = { body: { payment_terms: { collection: "send", net_days: 10 } }, token };
    const project = await shop.call("PATCH", "/v1/project", set);
    const made = async (payment_terms?: object) => {
      const body = { name: "Ada", ...(payment_terms === undefined ? {} : { payment_terms }) };
      return (await shop.call("POST", "/v1/customers", { body, token })).body;
    };
    const days = async (customer: { id: string }, more = {}) => {
      const lines = [{ description: "Any", quantity: "1", unit_amount: "1.00" }];
      const body = { customer: customer.id, currency: "JMD", lines, ...more };
      const { body: bill } = await shop.call("POST", "/v1/invoices", { body, token });
      const dueDays = (Date.parse(bill.due_at) - Date.parse(bill.issued_at)) / 86_400_000;
      return [bill.collection, dueDays];
    };
    const [plain, patient, carded] = [
      await made(),
      await made({ net_days: 45 }),
      await made({ collection: "charge" }),
    ];

    expect(project.body).toMatchObject({ payment_terms: { collection: "send", net_days: 10 } });
    expect(plain).toMatchObject({ payment_terms: { collection: null, net_days: null } });
    expect(await days(plain)).toEqual(["send", 10]);
    expect(await days(patient)).toEqual(["send", 45]);
    expect(await days(patient, { due_days: 5 })).toEqual(["send", 5]);
    expect(await days(carded)).toEqual(["charge", 0]);
    expect(await days(carded, { collection: "send" })).toEqual(["send", 10]);
  });

  test.each([{ net_days: 366 }, { net_days: -1 }, { net_days: 1.5 }, { collection: "wait" }])(
    "%o is refused",
    async (payment_terms) => {
      const body = { name: "Ada", payment_terms };
      const { status } = await shop.call("POST", "/v1/customers", { body });
      expect(status).toBe(400);
    },
  );
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  for (const projectId of [shop.projectIds.sandbox, shop.projectIds.other]) {
    expect((await verifyProject(shop.app.db, projectId)).breaches).toEqual([]);
  }
});
