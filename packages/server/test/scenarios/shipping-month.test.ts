import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const prices = [flat("2999.00"), perUnit("packages", "50.00"), perUnit("returns", "100.00")];

test("a month of a shipping platform: 2,999.00 + 150 × 50 + 12 × 100 = 11,699.00 JMD", async () => {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(prices));
  for (let day = 1; day <= 15; day += 1) {
    await subscription.uses("packages", "10");
    if (day <= 12) await subscription.uses("returns", "1");
  }

  await ada.livesUntil("2026-02-01");

  expect(await ada.invoices()).toEqual([
    {
      number: expect.any(Number),
      issued: "2026-02-01",
      reason: "renewal",
      status: "paid",
      total: "11699.00",
      lines: ["Base fee: 2999.00", "packages: 150 → 7500.00", "returns: 12 → 1200.00"],
    },
  ]);
  const [charge, ...more] = shop.app.sandbox.journal.charges();
  expect(charge).toMatchObject({ amount: 1_169_900, currency: "jmd", status: "succeeded" });
  expect(more).toEqual([]);
  expect(await ada.books()).toEqual({
    receivable: 0n,
    revenue: -1_169_900n,
    "rail:stripe": 1_169_900n,
  });
});
