import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type Json, type TestApp } from "#test/support/app.ts";
import { type Membership, priced, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const JANUARY = "2026-01-20T00:00:00Z";

async function subscriber(model: object) {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish([priced("sales", model)]));
  const late = (quantity: string, more: object = {}) =>
    subscription.uses("sales", quantity, { occurred_at: JANUARY, ...more });
  return { ada, subscription, late };
}

/** The one line of usage on each invoice, oldest first. */
const linesOf = (bills: readonly { readonly lines: readonly string[] }[]) =>
  bills.flatMap(({ lines }) => lines);

const inShort = ({ formula, billed, recomputed, holds }: Json) => ({
  formula,
  billed,
  recomputed,
  holds,
});

test("packages: late usage pays for the packages that it starts, and corrections for none begun", async () => {
  const model = { type: "package", package_size: "100", package_price: "1.00" };
  const { ada, subscription, late } = await subscriber(model);
  await subscription.uses("sales", "130");
  await ada.livesUntil("2026-02-01");
  await late("271");
  await ada.livesUntil("2026-03-01");
  await late("-2");
  await ada.livesUntil("2026-04-01");
  await late("1");
  await ada.livesUntil("2026-05-01");

  const january = "late sales of 2026-01-01 – 2026-02-01";
  expect(linesOf(await ada.invoices())).toEqual([
    "sales: 130 → 2.00",
    `${january}: 271 → 3.00`,
    `${january}: -2 → -1.00`,
    `${january}: 1 → 0.00`,
  ]);
  expect((await ada.explained()).map(inShort)).toMatchObject([
    { formula: "130 in 2 × 100 at 1 = 2", holds: true },
    { formula: "401 in 5 × 100 at 1 = 5, of which 2.00 was billed before", holds: true },
    { formula: "399 in 4 × 100 at 1 = 4, of which 5.00 was billed before", holds: true },
    { formula: "400 in 4 × 100 at 1 = 4, of which 4.00 was billed before", holds: true },
  ]);
});

describe("a percentage of 2.99 %, each event at least 1.75 and at most 12", () => {
  const model = { type: "percentage", rate: "0.0299", fee_minimum: "1.75", fee_maximum: "12" };

  test("bills each event's own fee, in time and late, and explains them one by one", async () => {
    const { ada, subscription, late } = await subscriber(model);
    for (const quantity of ["10", "80", "10000"]) await subscription.uses("sales", quantity);
    await ada.livesUntil("2026-02-01");
    await late("20", { reference_id: "late" });
    await late("-10000", { reference_id: "taken back" });
    await ada.livesUntil("2026-03-01");

    expect(linesOf(await ada.invoices())).toEqual([
      "sales: 10090 → 16.14",
      "late sales of 2026-01-01 – 2026-02-01: -9980 → -10.25",
    ]);
    const [inTime, after] = await ada.explained();
    expect(inTime).toMatchObject({
      formula: "3 fees of 2.99 %, at least 1.75, at most 12 = 16.142",
      rounding: "16.142 is rounded half away from zero to 16.14",
      recomputed: "16.14",
      holds: true,
    });
    expect(inTime?.events.data.map(({ fee }: Json) => fee)).toEqual(["1.75", "2.392", "12"]);
    expect(after).toMatchObject({
      formula:
        "3 fees of 2.99 %, at least 1.75, at most 12 = 5.892, of which 16.14 was billed before",
      holds: true,
    });
    expect(after?.events.data).toMatchObject([
      { reference_id: "late", fee: "1.75" },
      { reference_id: "taken back", fee: "-12" },
    ]);
  });

  test("shows the running period with its fees, also to who asks in the metered words", async () => {
    const { subscription } = await subscriber(model);
    for (const quantity of ["10", "80"]) await subscription.uses("sales", quantity);

    const path = `/api/v1/billing_subscriptions/${subscription.id}`;
    const { body } = await shop.call("GET", path);
    const periods = await shop.call("GET", `${path}/periods`);

    expect(body.data.current_usage).toEqual([{ metric: "sales", count: 90, amount: 4.14 }]);
    expect(periods.body.data[0]).toMatchObject({ status: "open", usage_amount: 4.14 });
  });

  test("bills fees whose quantities add up to nothing", async () => {
    const { ada, subscription, late } = await subscriber(model);
    for (const quantity of ["30", "30", "-60"]) await subscription.uses("sales", quantity);
    await ada.livesUntil("2026-02-01");
    await late("100");
    await late("-50");
    await late("-50");
    await ada.livesUntil("2026-03-01");

    // 1.75 + 1.75 − 1.794; then 2.99 − 1.75 − 1.75 on top.
    expect(linesOf(await ada.invoices())).toEqual([
      "sales: 0 → 1.71",
      "late sales of 2026-01-01 – 2026-02-01: 0 → -0.51",
    ]);
    expect((await ada.explained()).map(({ holds }) => holds)).toEqual([true, true]);
    await ada.livesUntil("2026-05-01");
    expect(await ada.invoices()).toHaveLength(2);
  });
});

test("a percentage with a fee per event, of which some are included, is billed on their number", async () => {
  const { ada, subscription, late } = await subscriber({
    type: "percentage",
    rate: "0.013",
    fee_per_event: "2",
    included_quantity: "250",
    included_events: "2",
  });
  for (const quantity of ["100", "200", "300", "200"]) await subscription.uses("sales", quantity);
  await ada.livesUntil("2026-02-01");
  await late("100");
  await late("-300");
  await ada.livesUntil("2026-03-01");

  // (800 − 250) × 1.3 % + (4 − 2) × 2; then a fifth event comes and one is taken back.
  expect((await ada.explained()).map(inShort)).toEqual([
    {
      formula: "(800 used − 250 included) × 1.3 % + (4 used − 2 included) events × 2 = 11.15",
      billed: "11.15",
      recomputed: "11.15",
      holds: true,
    },
    {
      formula:
        "(600 used − 250 included) × 1.3 % + (4 used − 2 included) events × 2 = 8.55, of which 11.15 was billed before",
      billed: "-2.60",
      recomputed: "-2.60",
      holds: true,
    },
  ]);
});

test("a graduated percentage has its flat price without usage, and each tier's rate on what falls in it", async () => {
  const { ada, late } = await subscriber({
    type: "graduated_percentage",
    tiers: [
      { up_to: "10", rate: "0.01", flat_price: "200" },
      { up_to: null, rate: "0.02", flat_price: "300" },
    ],
  });
  await ada.livesUntil("2026-02-01");
  await late("11");
  expect((await ada.invoices()).map(({ total }) => total)).toEqual(["200.00"]);
  await ada.livesUntil("2026-03-01");
  expect((await ada.explained()).map(({ formula, billed }) => `${billed}: ${formula}`)).toEqual([
    "200.00: 0 × 1 % + 200 = 200",
    "200.00: 0 × 1 % + 200 = 200",
    "300.12: 10 × 1 % + 200 + 1 × 2 % + 300 = 500.12, of which 200.00 was billed before",
  ]);
});

describe("the order in which events come", () => {
  const prices = [
    priced("blocks", { type: "package", package_size: "10", package_price: "0.07" }),
    priced("fees", { type: "percentage", rate: "0.0299", fee_minimum: "1.75", fee_maximum: "12" }),
    priced("sales", { type: "percentage", rate: "0.013", fee_per_event: "0.25" }),
    priced("steps", {
      type: "volume",
      tiers: [
        { up_to: "100", unit_price: "1", package_size: "30" },
        { up_to: null, unit_price: "0.5", package_size: "20", flat_price: "0.01" },
      ],
    }),
  ];
  const usage = [
    ["blocks", "11"],
    ["fees", "33.333"],
    ["sales", "99.99"],
    ["steps", "95"],
    ["blocks", "-2"],
    ["fees", "612.5"],
    ["sales", "-99.99"],
    ["steps", "7"],
    ["blocks", "14.5"],
    ["fees", "-33.333"],
    ["sales", "400.01"],
  ] as const;
  // 23.5 in 3 packages; 612.5 above the cap; one sale of 400.01; 102 in 6 packages.
  const expected = 21 + 1200 + 545 + 301;

  test.each([
    { because: "all in time", days: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    { because: "all late", days: usage.map(() => 40) },
    {
      because: "backwards and over three invoices",
      days: [99, 88, 77, 66, 55, 44, 33, 22, 11, 6, 3],
    },
  ])("does not matter: $because", async ({ days }) => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(prices));
    await reportOn(days, subscription, (day) => ada.livesUntil(day));
    await ada.livesUntil("2026-06-01");

    expect((await ada.books())["revenue"]).toBe(BigInt(-expected));
    expect((await ada.explained()).every(({ holds }) => holds)).toBe(true);
    const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
    expect(breaches).toEqual([]);
  });

  async function reportOn(
    days: readonly number[],
    subscription: Membership,
    live: (day: string) => Promise<void>,
  ) {
    const arrivals = usage
      .map(([metric, quantity], index) => ({ metric, quantity, day: days[index] ?? 0 }))
      .toSorted((one, other) => one.day - other.day);
    for (const { metric, quantity, day } of arrivals) {
      await live(new Date(Date.UTC(2026, 0, 1 + day)).toISOString());
      await subscription.uses(metric, quantity, { occurred_at: "2026-01-02T00:00:00Z" });
    }
  }
});
