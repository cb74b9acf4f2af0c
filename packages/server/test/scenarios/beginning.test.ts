import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

async function removeCards({ id }: Customer): Promise<void> {
  const methods = `/v1/customers/${id}/payment_methods`;
  const { body } = await shop.call("GET", methods);
  for (const card of body.data) await shop.call("DELETE", `${methods}/${card.id}`);
  expect((await shop.call("GET", methods)).body.data).toEqual([]);
}

describe("a subscription that is sold today and begins on 1 February", () => {
  const later = { starts_at: "2026-02-01T00:00:00Z" };

  test("is scheduled until then; then its first period is paid", async () => {
    const ada = await story.welcome({ clock: "2026-01-10" });
    const plan = await story.publish([flat("1000.00", "advance"), perUnit("packages", "50.00")]);
    const subscription = await ada.subscribes(plan, later);
    expect(await subscription.now()).toMatchObject({ status: "scheduled", activated_at: null });
    const early = await subscription.reports("packages", "1");
    expect([early.status, early.body.code]).toEqual([409, "subscription_not_active"]);

    await ada.livesUntil("2026-02-10");

    expect(await subscription.now()).toMatchObject({ status: "active" });
    expect(await subscription.period()).toBe("2026-02-01 – 2026-03-01");
    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-02-01", reason: "opening", total: "1000.00", status: "paid" },
    ]);
  });

  test("without a card by then it waits for one, and begins when that is given", async () => {
    const ada = await story.welcome({ clock: "2026-01-10", card: null });
    const plan = await story.publish([flat("1000.00", "arrears")]);
    const subscription = await ada.subscribes(plan, later);
    await ada.livesUntil("2026-02-03");
    expect(await subscription.now()).toMatchObject({ status: "incomplete" });

    await subscription.pays();

    expect(await subscription.period()).toBe("2026-02-03 – 2026-03-03");
  });

  test("with a card that is gone by then it waits at a payment link, and begins when it is paid there", async () => {
    const ada = await story.welcome({ clock: "2026-01-10" });
    const plan = await story.publish([flat("1000.00", "advance")]);
    const order = { ...later, reference_id: "order-1" };
    const sold = await ada.subscribes(plan, order);
    expect(sold.paymentUrl).toBeNull();
    await ada.livesUntil("2026-01-20");
    await removeCards(ada);

    await ada.livesUntil("2026-02-03");

    const again = await ada.subscribes(plan, order);
    expect(again.id).toBe(sold.id);
    expect(await sold.now()).toMatchObject({ status: "incomplete", payment_url: again.paymentUrl });
    expect(again.paymentUrl).toMatch(/\/pay\/chk_/);
    expect(await ada.events()).toEqual([
      "customer.created",
      "subscription.created",
      "subscription.awaiting_payer",
    ]);

    await again.pays();
    await shop.settle();

    expect(await sold.now()).toMatchObject({ status: "active", payment_url: again.paymentUrl });
    expect(await sold.period()).toBe("2026-02-03 – 2026-03-03");
    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-02-03", reason: "opening", total: "1000.00", status: "paid" },
    ]);
  });

  test("with a card from the payment link that is gone by then it waits at a new link", async () => {
    const ada = await story.welcome({ clock: "2026-01-10", card: null });
    const plan = await story.publish([flat("1000.00", "advance")]);
    const order = { ...later, reference_id: "order-2" };
    const sold = await ada.subscribes(plan, order);
    await sold.pays();
    await removeCards(ada);

    await ada.livesUntil("2026-02-03");
    const again = await ada.subscribes(plan, order);
    expect(again.paymentUrl).not.toBe(sold.paymentUrl);
    await again.pays();
    await shop.settle();

    expect(await sold.period()).toBe("2026-02-03 – 2026-03-03");
    expect(await ada.invoices()).toMatchObject([{ total: "1000.00", status: "paid" }]);
  });

  test("sold to who was sent invoices and is to be charged by then, it waits at a payment link", async () => {
    const ada = await story.welcome({ clock: "2026-01-10", card: null });
    const collectedBy = (collection: string) =>
      shop.call("PATCH", `/v1/customers/${ada.id}`, { body: { payment_terms: { collection } } });
    await collectedBy("send");
    const plan = await story.publish([flat("1000.00")]);
    const order = { ...later, reference_id: "order-3" };
    const sold = await ada.subscribes(plan, order);
    expect(sold.paymentUrl).toBeNull();
    await collectedBy("charge");

    await ada.livesUntil("2026-02-03");
    await (await ada.subscribes(plan, order)).pays();

    expect(await sold.period()).toBe("2026-02-03 – 2026-03-03");
  });

  test("a card that is given before changes nothing before its time", async () => {
    const ada = await story.welcome({ clock: "2026-01-10", card: null });
    const subscription = await ada.subscribes(await story.publish([flat("1000.00")]), later);
    await subscription.pays();
    expect(await subscription.now()).toMatchObject({ status: "scheduled" });

    await ada.livesUntil("2026-02-01");

    expect(await subscription.period()).toBe("2026-02-01 – 2026-03-01");
  });

  test("canceled before, it never was", async () => {
    const ada = await story.welcome({ clock: "2026-01-10" });
    const subscription = await ada.subscribes(await story.publish([flat("10.00")]), later);
    const ending = await subscription.cancels("at period end");
    expect(ending.body).toMatchObject({ status: "canceled" });

    await ada.livesUntil("2026-06-01");

    expect(await ada.invoices()).toEqual([]);
  });

  test("a start that lies behind is refused", async () => {
    const ada = await story.welcome({ clock: "2026-02-01" });
    const plan = await story.publish([flat("10.00")]);
    await expect(ada.subscribes(plan, later)).rejects.toThrow("time_invalid");
  });
});

describe("periods that begin on a chosen day", () => {
  test("what runs before the first of them is charged in proportion, ahead and behind", async () => {
    const prices = [flat("310.00", "advance"), flat("31.00"), perUnit("packages", "1.00")];
    const ada = await story.welcome({ clock: "2026-01-22" });
    const plan = await story.publish(prices);
    const subscription = await ada.subscribes(plan, { billing_anchor: { day: 1 } });
    await shop.settle();
    expect(await subscription.period()).toBe("2026-01-22 – 2026-02-01");
    await subscription.uses("packages", "5");

    await ada.livesUntil("2026-02-02");
    await subscription.uses("packages", "2", { occurred_at: "2026-01-23T00:00:00Z" });
    await ada.livesUntil("2026-03-01");

    expect(await ada.invoices()).toMatchObject([
      { issued: "2026-01-22", lines: ["Base fee: 100.00"] },
      {
        issued: "2026-02-01",
        lines: ["Base fee: 10.00", "packages: 5 → 5.00", "Base fee: 310.00"],
      },
      {
        issued: "2026-03-01",
        lines: [
          "Base fee: 31.00",
          "late packages of 2026-01-22 – 2026-02-01: 2 → 2.00",
          "Base fee: 310.00",
        ],
      },
    ]);
  });

  test("after a trial they begin on that day too", async () => {
    const plan = await story.publish([flat("310.00", "advance")], { trial: { days: 10 } });
    const ada = await story.welcome({ clock: "2026-01-12" });
    const subscription = await ada.subscribes(plan, { billing_anchor: { day: 1 } });

    await ada.livesUntil("2026-01-22");

    expect(await subscription.period()).toBe("2026-01-22 – 2026-02-01");
    expect(await ada.invoices()).toMatchObject([{ lines: ["Base fee: 100.00"] }]);
  });

  test("weeks have no day of the month", async () => {
    const plan = await story.publish([flat("10.00")], { interval: { unit: "week" } });
    const ada = await story.welcome();
    const monday = { billing_anchor: { at: "2026-01-05T00:00:00Z" } };

    await expect(ada.subscribes(plan, { billing_anchor: { day: 5 } })).rejects.toThrow(
      "billing_anchor_invalid",
    );
    expect(await (await ada.subscribes(plan, monday)).period()).toBe("2026-01-01 – 2026-01-05");
  });
});

test("after all of these stories everything that is stored agrees with itself", async () => {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
});
