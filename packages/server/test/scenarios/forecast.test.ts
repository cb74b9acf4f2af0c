import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { rowCounts } from "#test/support/row-counts.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const prices = [flat("29.00", "advance"), flat("10.00"), perUnit("packages", "1.50")];

const ask = async (id: string, until: string, expected = 200) => {
  const answer = await shop.call("GET", `/v1/subscriptions/${id}/forecast?until=${until}`);
  expect(answer.status).toBe(expected);
  return answer;
};

/** What a forecast and a list have in common; ids and numbers are given anew each time. */
const essence = (invoices: readonly Json[]): Json[] =>
  invoices.map(({ id: _id, number: _number, ...invoice }) => invoice);

const invoicesOf = async (customer: string): Promise<Json[]> =>
  (await shop.call("GET", `/v1/invoices?customer=${customer}&limit=100`)).body.data.toReversed();

describe("a forecast", () => {
  test("is what then comes, for a customer on a test clock", async () => {
    const ada = await story.welcome({ clock: "2026-01-31", timeZone: "America/Jamaica" });
    const subscription = await ada.subscribes(await story.publish(prices));
    await shop.settle();
    await subscription.uses("packages", "7");
    const before = await invoicesOf(ada.id);

    const { body } = await ask(subscription.id, "2026-05-15T00:00:00Z");
    await ada.livesUntil("2026-05-15");

    const made = (await invoicesOf(ada.id)).slice(before.length);
    expect(body.invoices).toHaveLength(3);
    expect(essence(body.invoices)).toEqual(essence(made));
    expect({ ...body.subscription, payment_url: null }).toEqual(await subscription.now());
    expect(body.until).toBe("2026-05-15T00:00:00.000Z");
  });

  test("is what then comes, for one who lives by the server's clock", async () => {
    const ada = await story.welcome({ clock: null });
    const subscription = await ada.subscribes(await story.publish(prices));
    await shop.settle();
    await subscription.uses("packages", "7");
    const until = new Date(shop.clock.now() + 70 * 86_400_000).toISOString();
    const before = await invoicesOf(ada.id);

    const { body } = await ask(subscription.id, until);
    for (let day = 0; day < 70; day += 1) await shop.moveTo(shop.clock.now() + 86_400_000);

    const made = (await invoicesOf(ada.id)).slice(before.length);
    expect(body.invoices).toHaveLength(2);
    expect(essence(body.invoices)).toEqual(essence(made));
    expect({ ...body.subscription, payment_url: null }).toEqual(await subscription.now());
  });

  test("shows what becomes of one without a card: it is tried, and given up", async () => {
    const ada = await story.welcome({ card: "pm_card_visa" });
    const subscription = await ada.subscribes(await story.publish([flat("10.00")]));
    const { body: cards } = await shop.call("GET", `/v1/customers/${ada.id}/payment_methods`);
    const [{ id: card }] = cards.data;
    await shop.call("DELETE", `/v1/customers/${ada.id}/payment_methods/${card}`);

    const { body } = await ask(subscription.id, "2026-03-01T00:00:00Z");

    expect(body.subscription).toMatchObject({
      status: "canceled",
      ended_at: "2026-02-08T00:00:00.000Z",
    });
  });

  test("writes nothing, and asks no provider", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await story.publish(prices));
    await shop.settle();
    const stored = await rowCounts(shop.ownerUrl);
    const charges = shop.app.sandbox.journal.charges().length;

    await ask(subscription.id, "2027-01-01T00:00:00Z");

    expect(await rowCounts(shop.ownerUrl)).toEqual(stored);
    expect(shop.app.sandbox.journal.charges()).toHaveLength(charges);
    expect(await subscription.period()).toBe("2026-01-01 – 2026-02-01");
  });

  test("says how far it went where there is too much to tell", async () => {
    const ada = await story.welcome();
    const daily = await story.publish([flat("1.00")], { interval: { unit: "day" } });
    const subscription = await ada.subscribes(daily);

    const { body } = await ask(subscription.id, "2027-01-01T00:00:00Z");

    expect(body.until).toBe("2026-03-02T00:00:00.000Z");
    expect(body.invoices).toHaveLength(60);
  });

  test("is refused for the past, and for what there is not", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await story.publish(prices));

    const past = await ask(subscription.id, "2025-12-31T00:00:00Z", 400);
    const unknown = await ask(`sub_${"0".repeat(26)}`, "2026-12-31T00:00:00Z", 404);

    expect(past.body).toMatchObject({
      code: "time_invalid",
      details: { field: "until", now: "2026-01-01T00:00:00.000Z" },
    });
    expect(unknown.body.code).toBe("subscription_not_found");
  });
});
