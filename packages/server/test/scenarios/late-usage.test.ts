import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf, tiered } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const shipping = [flat("2999.00"), perUnit("packages", "50.00")];

test("a package of January that is reported in February is billed in March, under January", async () => {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(shipping));
  await subscription.uses("packages", "100");
  await ada.livesUntil("2026-02-10");
  await subscription.uses("packages", "3", { occurred_at: "2026-01-31T23:59:59Z" });
  await subscription.uses("packages", "20");

  await ada.livesUntil("2026-03-01");

  const [january, february] = await ada.invoices();
  expect(january).toMatchObject({
    total: "7999.00",
    lines: [expect.anything(), "packages: 100 → 5000.00"],
  });
  expect(february).toMatchObject({
    issued: "2026-03-01",
    total: "4149.00",
    lines: [
      "Base fee: 2999.00",
      "packages: 20 → 1000.00",
      "late packages of 2026-01-01 – 2026-02-01: 3 → 150.00",
    ],
  });
});

test("an event exactly at the boundary belongs to the period that begins there", async () => {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(shipping));
  await ada.livesUntil("2026-02-01");
  await subscription.uses("packages", "1", { occurred_at: "2026-02-01T00:00:00.000Z" });
  await subscription.uses("packages", "2", { occurred_at: "2026-01-31T23:59:59.999Z" });

  await ada.livesUntil("2026-03-01");

  expect((await ada.invoices())[1]?.lines).toEqual([
    "Base fee: 2999.00",
    "packages: 1 → 50.00",
    "late packages of 2026-01-01 – 2026-02-01: 2 → 100.00",
  ]);
});

describe("a correction, which is an event with a negative quantity", () => {
  test("in time: only what is left is billed", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(shipping));
    await subscription.uses("packages", "10");
    await subscription.uses("packages", "-4");

    await ada.livesUntil("2026-02-01");

    expect((await ada.invoices())[0]?.lines).toEqual(["Base fee: 2999.00", "packages: 6 → 300.00"]);
  });

  test("after the invoice: the next one takes off what was too much", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(shipping));
    await subscription.uses("packages", "10");
    await ada.livesUntil("2026-02-01");
    await subscription.uses("packages", "-4", { occurred_at: "2026-01-01T00:00:00Z" });

    await ada.livesUntil("2026-03-01");

    expect((await ada.invoices())[1]).toMatchObject({
      total: "2799.00",
      lines: ["Base fee: 2999.00", "late packages of 2026-01-01 – 2026-02-01: -4 → -200.00"],
    });
  });

  test("of more than the next invoice comes to: nothing is charged, and the rest is the customer's credit", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish([perUnit("packages", "50.00")]));
    await subscription.uses("packages", "10");
    await ada.livesUntil("2026-02-01");
    await subscription.uses("packages", "-4", { occurred_at: "2026-01-01T00:00:00Z" });

    await ada.livesUntil("2026-03-01");

    expect((await ada.invoices())[1]).toMatchObject({ total: "-200.00", status: "paid" });
    expect(await ada.attempts()).toEqual(["2026-02-01 succeeded"]);
    expect(await ada.books()).toEqual({
      customer_credit: -20_000n,
      receivable: 0n,
      revenue: -30_000n,
      "rail:stripe": 50_000n,
    });
  });

  test("of everything that was used: the metric is billed as nothing", async () => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(shipping));
    await subscription.uses("packages", "10");
    await subscription.uses("packages", "-10");

    await ada.livesUntil("2026-02-01");

    expect((await ada.invoices())[0]).toMatchObject({
      total: "2999.00",
      lines: ["Base fee: 2999.00"],
    });
  });
});

describe("tiers, whose price depends on how much there is", () => {
  // 10 at 100.00, the rest at 50.00; and all at 1.00 up to 100, all at 0.60 above.
  const prices = [
    tiered("packages", "graduated", [
      ["10", "100.00"],
      [null, "50.00"],
    ]),
    tiered("calls", "volume", [
      ["100", "1.00"],
      [null, "0.60"],
    ]),
  ];
  const usage = [
    { metric: "packages", quantity: "8", day: "2026-01-05" },
    { metric: "packages", quantity: "7", day: "2026-01-20" },
    { metric: "calls", quantity: "90", day: "2026-01-06" },
    { metric: "calls", quantity: "30.5", day: "2026-01-30" },
    { metric: "packages", quantity: "-2", day: "2026-01-30" },
    { metric: "packages", quantity: "11", day: "2026-02-02" },
    { metric: "calls", quantity: "100", day: "2026-02-27" },
  ] as const;
  // January: 10 × 100 + 3 × 50, 120.5 × 0.60. February: 10 × 100 + 1 × 50, 100 × 1.
  const asIfInTime = 1150 + 72.3 + 1050 + 100;

  const orders = [
    { because: "all in time", reported: usage.map(({ day }) => day) },
    { because: "all of it late", reported: usage.map(() => "2026-03-05") },
    {
      because: "the first tier last",
      reported: [
        "2026-03-20",
        "2026-01-20",
        "2026-04-02",
        "2026-01-30",
        "2026-03-01",
        "2026-02-02",
        "2026-02-27",
      ],
    },
    {
      because: "each some weeks late",
      reported: usage.map(({ day }) =>
        day.replace(/-0(\d)-/, (_, month) => `-0${Number(month) + 2}-`),
      ),
    },
  ];

  test.each(orders)("come to the same in all, reported $because", async ({ reported }) => {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(prices));
    const arrivals = usage
      .map((event, index) => ({ ...event, reportedOn: reported[index] ?? event.day }))
      .toSorted((one, other) => one.reportedOn.localeCompare(other.reportedOn));

    for (const { metric, quantity, day, reportedOn } of arrivals) {
      await ada.livesUntil(reportedOn);
      await subscription.uses(metric, quantity, { occurred_at: `${day}T00:00:00Z` });
    }
    await ada.livesUntil("2026-06-01");

    const invoices = await ada.invoices();
    expect(invoices.reduce((sum, { total }) => sum + Number(total), 0)).toBeCloseTo(asIfInTime, 6);
    expect((await ada.books())["revenue"]).toBe(BigInt(-Math.round(asIfInTime * 100)));
  });
});

test("each line of late and corrected usage is explained by its own events", async () => {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(shipping));
  await subscription.uses("packages", "10", { reference_id: "in-time" });
  await ada.livesUntil("2026-02-02");
  await subscription.uses("packages", "3", {
    reference_id: "late",
    occurred_at: "2026-01-20T00:00:00Z",
  });
  await ada.livesUntil("2026-03-02");
  await subscription.uses("packages", "-1", {
    reference_id: "later",
    occurred_at: "2026-01-21T00:00:00Z",
  });
  await ada.livesUntil("2026-04-01");

  const { body } = await shop.call("GET", `/v1/invoices?subscription=${subscription.id}`);
  const explained = [];
  for (const invoice of body.data.toReversed()) {
    const { line } = invoice.lines.findLast(
      ({ metric }: { metric: string | null }) => metric !== null,
    );
    const { body: answer } = await shop.call(
      "GET",
      `/v1/invoices/${invoice.id}/lines/${line}/explain`,
    );
    const references = answer.events.data.map(
      (event: { reference_id: string }) => event.reference_id,
    );
    explained.push([answer.formula, answer.billed, answer.holds, ...references]);
  }

  expect(explained).toEqual([
    ["10 × 50 = 500", "500.00", true, "in-time"],
    ["13 × 50 = 650, of which 500.00 was billed before", "150.00", true, "late"],
    ["12 × 50 = 600, of which 650.00 was billed before", "-50.00", true, "later"],
  ]);
});
