import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const periodsOf = async (id: string): Promise<Json[]> => {
  const { body } = await shop.call("GET", `/api/v1/billing_subscriptions/${id}/periods`);
  return body.data;
};

describe("what is charged in advance, at the end, late and for a minimum", () => {
  test("stands once with its period, and all periods come to what was invoiced", async () => {
    const prices = [flat("100.00", "advance"), flat("10.00"), perUnit("packages", "5.00")];
    const plan = await story.publish(prices, { minimum_spend: "150.00" });
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(plan);
    await shop.settle();
    await subscription.uses("packages", "2");

    const [running] = await periodsOf(subscription.id);
    expect(running).toMatchObject({ base_amount: 110, usage_amount: 40, total: 150 });
    expect(running.usage_charges).toEqual([{ metric: "packages", count: 2, rate: 5, amount: 10 }]);

    await ada.livesUntil("2026-02-01");
    const [, january] = await periodsOf(subscription.id);
    const closed = { status: "closed", invoice_uid: expect.stringMatching(/^inv_/) };
    expect(january).toEqual({ ...running, ...closed });

    await subscription.uses("packages", "10", { occurred_at: "2026-01-20T00:00:00Z" });
    await subscription.uses("packages", "1");
    await ada.livesUntil("2026-02-15");
    await subscription.cancels("now");
    await subscription.uses("packages", "1", { occurred_at: "2026-02-10T00:00:00Z" });
    await ada.livesUntil("2026-02-17");

    const periods = await periodsOf(subscription.id);
    const told = periods.map(({ period_start, period_end, total, usage_charges }) => [
      `${period_start.slice(0, 10)} ${period_end.slice(0, 10)}`,
      total,
      usage_charges.map(({ count }: { count: number }) => count),
    ]);
    expect(told).toEqual([
      ["2026-02-01 2026-02-15", 115, [2]],
      ["2026-01-01 2026-02-01", 170, [12]],
    ]);
    const { body } = await shop.call("GET", `/v1/invoices?customer=${ada.id}`);
    expect(body.data.map(({ total }: { total: string }) => total)).toEqual([
      "5.00",
      "30.00",
      "150.00",
      "100.00",
    ]);
  });
});

test("a period that charged nothing is there all the same", async () => {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const { id } = await ada.subscribes(await story.publish([perUnit("packages", "5.00")]));
  await ada.livesUntil("2026-02-01");

  const [, january] = await periodsOf(id);

  expect(january).toMatchObject({ status: "closed", total: 0, invoice_uid: null });
});
