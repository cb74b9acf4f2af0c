import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Membership, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

function measured(meter: string, unit_price: string, more: object) {
  const model = { type: "per_unit", unit_price };
  return { kind: "usage", name: meter, metric: "calls", meter, model, ...more };
}

const seats = measured("seats", "10.00", { aggregation: "max" });
const users = measured("users", "5.00", { aggregation: "unique_count", property: "user" });
const europe = measured("europe", "2.00", { filters: { region: ["eu", "uk"] } });
const elsewhere = measured("elsewhere", "3.00", { filters: { region: ["us"] } });

const usageOf = async ({ id }: Membership) =>
  (await shop.call("GET", `/v1/subscriptions/${id}/usage`)).body.metrics.map(
    ({ meter, quantity, event_count }: { meter: string; quantity: string; event_count: number }) =>
      `${meter} ${quantity} of ${event_count}`,
  );

describe("two prices of one metric", () => {
  test("measure it by different filters, and events that match neither are kept unbilled", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await story.publish([europe, elsewhere]));
    await subscription.uses("calls", "4", { properties: { region: "eu" } });
    await subscription.uses("calls", "1.5", { properties: { region: "us" } });
    await subscription.uses("calls", "-1", { properties: { region: "uk" } });
    await subscription.uses("calls", "100", { properties: { region: "mars" } });
    await subscription.uses("calls", "100");
    expect(await usageOf(subscription)).toEqual(["elsewhere 1.5 of 1", "europe 3 of 2"]);

    await ada.livesUntil("2026-02-01");

    expect((await ada.invoices())[0]?.lines).toEqual(["europe: 3 → 6.00", "elsewhere: 1.5 → 4.50"]);
  });

  test("are closed together: what comes late for one of them is explained by its own events", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await story.publish([europe, users]));
    const inJanuary = { occurred_at: "2026-01-20T00:00:00Z" };
    const late = (properties: object) =>
      subscription.uses("calls", "1", { ...inJanuary, properties });
    await ada.livesUntil("2026-01-25");
    await late({ user: "ada" });
    await ada.livesUntil("2026-02-10");
    await late({ region: "eu", user: "ada" });
    await late({ user: "bob" });
    await ada.livesUntil("2026-03-10");
    await late({ region: "eu", user: "bob" });
    await ada.livesUntil("2026-04-10");

    const invoices = await ada.invoices();
    expect(invoices.map(({ lines }) => lines)).toEqual([
      ["users: 1 → 5.00"],
      [
        "late europe of 2026-01-01 – 2026-02-01: 1 → 2.00",
        "late users of 2026-01-01 – 2026-02-01: 1 → 5.00",
      ],
      ["late europe of 2026-01-01 – 2026-02-01: 1 → 2.00"],
    ]);
  });
});

describe("a meter of levels", () => {
  test("bills the largest, and late only what it rises by", async () => {
    const ada = await story.welcome();
    const subscription = await ada.subscribes(await story.publish([seats]));
    for (const quantity of ["3", "5", "4", "-9"]) await subscription.uses("calls", quantity);
    expect(await usageOf(subscription)).toEqual(["seats 5 of 3"]);
    await ada.livesUntil("2026-02-10");
    const inJanuary = { occurred_at: "2026-01-20T00:00:00Z" };
    await subscription.uses("calls", "4", inJanuary);
    await ada.livesUntil("2026-03-10");
    await subscription.uses("calls", "7", inJanuary);
    await ada.livesUntil("2026-04-01");

    expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([
      ["seats: 5 → 50.00"],
      ["late seats of 2026-01-01 – 2026-02-01: 2 → 20.00"],
    ]);
  });

  test("is settled by the final invoice after a cancellation in mid-period", async () => {
    const ada = await story.welcome();
    const last = measured("last", "1.00", { aggregation: "latest" });
    const subscription = await ada.subscribes(await story.publish([last, users]));
    await ada.livesUntil("2026-01-10");
    await subscription.uses("calls", "8", { occurred_at: "2026-01-05T00:00:00Z" });
    await subscription.uses("calls", "6", { occurred_at: "2026-01-09T00:00:00Z" });
    await subscription.uses("calls", "9", { occurred_at: "2026-01-02T00:00:00Z" });
    await subscription.cancels("now");
    const properties = { user: "ada" };
    await subscription.uses("calls", "2", { occurred_at: "2026-01-09T12:00:00Z", properties });
    await ada.livesUntil("2026-01-12");

    expect((await ada.invoices()).map(({ reason, lines }) => [reason, ...lines])).toEqual([
      ["renewal", "last: 6 → 6.00"],
      [
        "final",
        "late last of 2026-01-01 – 2026-01-10: -4 → -4.00",
        "late users of 2026-01-01 – 2026-01-10: 1 → 5.00",
      ],
    ]);
  });
});

test("a value stops to count when corrections take back all of its events", async () => {
  const ada = await story.welcome();
  const subscription = await ada.subscribes(await story.publish([users]));
  const by = (user: string, quantity: string) =>
    subscription.uses("calls", quantity, { properties: { user } });
  await by("ada", "-2");
  await by("ada", "1");
  await by("bob", "3");
  expect(await usageOf(subscription)).toEqual(["users 1 of 3"]);
  await by("ada", "1.5");
  expect(await usageOf(subscription)).toEqual(["users 2 of 4"]);
  await by("bob", "-3");
  expect(await usageOf(subscription)).toEqual(["users 1 of 5"]);
});

describe("a plan", () => {
  const published = (price: object) =>
    shop.call("POST", "/v1/plans", {
      body: { name: "A", currency: "JMD", interval: { unit: "month" }, prices: [europe, price] },
    });

  test("shows what each of its prices measures", async () => {
    const { status, body } = await published({ ...users, filters: { tier: ["1"] } });
    expect(status).toBe(201);
    expect(body.prices).toMatchObject([
      {
        metric: "calls",
        meter: "europe",
        aggregation: "sum",
        property: null,
        filters: { region: ["eu", "uk"] },
      },
      { meter: "users", aggregation: "unique_count", property: "user", filters: { tier: ["1"] } },
    ]);
    expect((await shop.call("GET", `/v1/plans/${body.id}`)).body.prices).toEqual(body.prices);
  });

  test.each([
    { price: europe, path: "/prices/1/meter", because: "the name is taken" },
    {
      price: measured("b", "1", { aggregation: "unique_count" }),
      path: "/prices/1/property",
      because: "there is nothing to count the values of",
    },
    {
      price: measured("b", "1", { property: "user" }),
      path: "/prices/1/property",
      because: "a sum has no use for a property",
    },
    { price: measured("B c", "1", {}), path: "/prices/1/meter", because: "that is no name" },
    {
      price: measured("b", "1", { filters: { region: [] } }),
      path: "/prices/1/filters/region",
      because: "nothing could ever match",
    },
    {
      price: measured("b", "1", { aggregation: "median" }),
      path: "/prices/1/aggregation",
      because: "there is no such aggregation",
    },
  ])("is refused at $path: $because", async ({ price, path }) => {
    const { status, body } = await published(price);
    expect(status).toBe(400);
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });
});
