import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { stopVerified } from "#test/support/stop-verified.ts";
import { type Customer, flat, perUnit, priced, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => stopVerified(shop));

async function subscriber(prices: readonly object[], limits: object = {}) {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish(prices, limits));
  const late = (quantity: string) =>
    subscription.uses("packages", quantity, { occurred_at: "2026-01-05T00:00:00Z" });
  return { ada, subscription, late };
}

const prices = [flat("100.00"), perUnit("packages", "50.00")];
const january = "2026-01-01 – 2026-02-01";

test("a minimum is topped up to, and late usage first uses the top-up up", async () => {
  const { ada, subscription, late } = await subscriber(prices, { minimum_spend: "1000.00" });
  await subscription.uses("packages", "3");
  await ada.livesUntil("2026-02-01");
  await late("10");
  await ada.livesUntil("2026-03-01");
  await late("7");
  await ada.livesUntil("2026-04-01");

  expect(await ada.invoices()).toMatchObject([
    {
      total: "1000.00",
      lines: ["Base fee: 100.00", "packages: 3 → 150.00", `Minimum spend of ${january}: 750.00`],
    },
    {
      total: "1000.00",
      lines: [
        "Base fee: 100.00",
        "Minimum spend of 2026-02-01 – 2026-03-01: 900.00",
        `late packages of ${january}: 10 → 500.00`,
        `Minimum spend of ${january}: -500.00`,
      ],
    },
    {
      // January comes to 1,100.00 now: the last 100.00 are above the minimum.
      total: "1100.00",
      lines: [
        "Base fee: 100.00",
        "Minimum spend of 2026-03-01 – 2026-04-01: 900.00",
        `late packages of ${january}: 7 → 350.00`,
        `Minimum spend of ${january}: -250.00`,
      ],
    },
  ]);
});

test("a maximum cuts what is beyond it, over all invoices of the period", async () => {
  const { ada, subscription, late } = await subscriber(prices, { maximum_spend: "400.00" });
  await subscription.uses("packages", "4");
  await ada.livesUntil("2026-02-01");
  await late("4");
  await ada.livesUntil("2026-03-01");
  await late("2");
  await ada.livesUntil("2026-04-01");
  await late("-9");
  await ada.livesUntil("2026-05-01");

  expect((await ada.invoices()).map(({ total, lines }) => [total, ...lines.slice(1)])).toEqual([
    ["300.00", "packages: 4 → 200.00"],
    ["200.00", `late packages of ${january}: 4 → 200.00`, `Maximum spend of ${january}: -100.00`],
    ["100.00", `late packages of ${january}: 2 → 100.00`, `Maximum spend of ${january}: -100.00`],
    // 100.00 and one package are left: everything that was cut comes back, and 250.00 too much paid.
    ["-150.00", `late packages of ${january}: -9 → -450.00`, `Maximum spend of ${january}: 200.00`],
  ]);
});

test("what was charged in advance counts towards the limits of its period", async () => {
  const advance = [flat("300.00", "advance"), perUnit("packages", "50.00")];
  const limits = { minimum_spend: "500.00", maximum_spend: "600.00" };
  const ada = await story.welcome({ clock: "2026-01-01", card: null });
  const subscription = await ada.subscribes(await story.publish(advance, limits));
  await subscription.pays();
  await subscription.uses("packages", "2");
  await ada.livesUntil("2026-02-01");
  await subscription.uses("packages", "8");
  await ada.livesUntil("2026-03-01");

  expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([
    ["Base fee: 300.00"],
    ["packages: 2 → 100.00", `Minimum spend of ${january}: 100.00`, "Base fee: 300.00"],
    [
      "packages: 8 → 400.00",
      "Maximum spend of 2026-02-01 – 2026-03-01: -100.00",
      "Base fee: 300.00",
    ],
  ]);
});

describe("an invoice that is void", () => {
  const advance = [flat("60.00", "advance"), perUnit("packages", "50.00")];
  const february = "2026-02-01 – 2026-03-01";

  /** February's 60.00 stand on an invoice that was sent and is not paid. */
  async function sentFebruary() {
    const ada = await story.welcome({ clock: "2026-01-01", card: null });
    await shop.call("PATCH", `/v1/customers/${ada.id}`, {
      body: { payment_terms: { collection: "send", net_days: 30 } },
    });
    const subscription = await ada.subscribes(
      await story.publish(advance, { minimum_spend: "100.00" }),
    );
    await ada.livesUntil("2026-02-01");
    return { ada, subscription };
  }

  async function voidsFebruary(ada: Customer) {
    const id = (await ada.bills())[1]?.["id"];
    const { body } = await shop.call("POST", `/v1/invoices/${id}/void`);
    expect(body.status).toBe("void");
  }

  const newestLines = async (ada: Customer) => (await ada.invoices()).at(-1)?.lines;

  test("before its period is closed charges nothing for it, as was said before", async () => {
    const { ada, subscription } = await sentFebruary();
    await voidsFebruary(ada);
    const until = "2026-03-01T00:00:00Z";
    const path = `/v1/subscriptions/${subscription.id}/forecast?until=${until}`;
    const { body: forecast } = await shop.call("GET", path);
    const periods = `/api/v1/billing_subscriptions/${subscription.id}/periods`;
    const { body: billed } = await shop.call("GET", periods);
    expect(billed.data[0]).toMatchObject({ base_amount: 0, total: 100 });
    await ada.livesUntil("2026-03-01");

    const lines = [`Minimum spend of ${february}: 100.00`, "Base fee: 60.00"];
    expect(await newestLines(ada)).toEqual(lines);
    expect(forecast.invoices).toMatchObject([{ total: "160.00" }]);
    expect((await ada.explained()).every(({ holds }) => holds)).toBe(true);
  });

  test("after that was counted where it stands, and is counted no more by what comes late", async () => {
    const { ada, subscription } = await sentFebruary();
    await ada.livesUntil("2026-03-01");
    expect(await newestLines(ada)).toContain(`Minimum spend of ${february}: 40.00`);
    await voidsFebruary(ada);
    await subscription.uses("packages", "1", { occurred_at: "2026-02-10T00:00:00Z" });
    await ada.livesUntil("2026-04-01");

    expect((await newestLines(ada))?.slice(1, -1)).toEqual([
      `late packages of ${february}: 1 → 50.00`,
      // 40.00 and 50.00 are owed for February.
      `Minimum spend of ${february}: 10.00`,
    ]);
    expect((await ada.explained()).every(({ holds }) => holds)).toBe(true);
  });

  test("with the change that it was to pay for charges nothing, declined or dropped at the end", async () => {
    const dearer = await story.publish([flat("90.00", "advance")]);
    const plan = await story.publish(advance, { minimum_spend: "100.00" });
    for (const card of ["pm_card_chargeCustomerFail", "pm_card_authenticationRequired"]) {
      const ada = await story.welcome({ clock: "2026-01-01" });
      const subscription = await ada.subscribes(plan);
      await ada.livesUntil("2026-02-01");
      await ada.gives(card);
      expect((await subscription.asks("change", { plan: dearer })).status).toBe(402);
      await ada.livesUntil("2026-03-01");

      expect(await newestLines(ada)).toEqual([
        `Minimum spend of ${february}: 40.00`,
        "Base fee: 60.00",
      ]);
      expect((await ada.explained()).every(({ holds }) => holds)).toBe(true);
    }
  });
});

describe("a price's own limits", () => {
  test("hold for its charges alone, also without usage, and the plan's hold for the rest", async () => {
    const limited = [
      priced("packages", { type: "per_unit", unit_price: "50" }, { maximum_spend: "120" }),
      priced("calls", { type: "per_unit", unit_price: "1" }, { minimum_spend: "30" }),
    ];
    const { ada, subscription, late } = await subscriber(limited, { minimum_spend: "160" });
    await subscription.uses("packages", "2");
    await ada.livesUntil("2026-02-01");
    await late("3");
    await ada.livesUntil("2026-02-02");
    await subscription.uses("calls", "5", { occurred_at: "2026-01-31T00:00:00Z" });
    await ada.livesUntil("2026-03-01");

    const [first, second] = await ada.invoices();
    expect(first).toMatchObject({
      total: "160.00",
      lines: [
        "packages: 2 → 100.00",
        `calls: Minimum spend of ${january}: 30.00`,
        `Minimum spend of ${january}: 30.00`,
      ],
    });
    expect(second?.lines.slice(2)).toEqual([
      `late calls of ${january}: 5 → 5.00`,
      `late packages of ${january}: 3 → 150.00`,
      `packages: Maximum spend of ${january}: -130.00`,
      `calls: Minimum spend of ${january}: -5.00`,
      // 120.00 + 30.00 leave 10.00 to the plan's own minimum.
      `Minimum spend of ${january}: -20.00`,
    ]);
    expect((await ada.explained()).every(({ holds }) => holds)).toBe(true);
  });
});

describe("canceled after ten and a half of January's 31 days", () => {
  async function canceled(limits: object) {
    const { ada, subscription } = await subscriber([perUnit("packages", "50.00")], limits);
    await subscription.uses("packages", "4");
    await ada.livesUntil("2026-01-11T12:00");
    await subscription.cancels("now");
    return { ada, subscription };
  }

  test("a minimum is due for the time that ran, on the final invoice too", async () => {
    const { ada, subscription } = await canceled({ minimum_spend: "1000.00" });
    await subscription.uses("packages", "2", { occurred_at: "2026-01-05T00:00:00Z" });
    await ada.livesUntil("2026-02-01");

    // 1,000.00 × 10.5 ÷ 31 = 338.709…
    const ran = "2026-01-01 – 2026-01-11T12:00";
    expect(await ada.invoices()).toMatchObject([
      { total: "338.71", lines: ["packages: 4 → 200.00", `Minimum spend of ${ran}: 138.71`] },
      {
        total: "0.00",
        reason: "final",
        lines: [`late packages of ${ran}: 2 → 100.00`, `Minimum spend of ${ran}: -100.00`],
      },
    ]);
    const explained = await ada.explained();
    expect(explained.every(({ holds }) => holds)).toBe(true);
    expect(explained[1]).toMatchObject({
      formula: "1000 × 907200000 ms ÷ 2678400000 ms at least, 200.00 charged: 138.71",
      rounding: "the limit is rounded half away from zero to 338.71",
    });
  });

  test("a maximum stays whole", async () => {
    const { ada, subscription } = await canceled({ maximum_spend: "250.00" });
    await subscription.uses("packages", "2", { occurred_at: "2026-01-05T00:00:00Z" });
    await ada.livesUntil("2026-02-01");

    expect((await ada.invoices()).map(({ total }) => total)).toEqual(["200.00", "50.00"]);
  });
});

test("a limit's line is explained by the charges it counts, and what of each is beyond it", async () => {
  const { ada, subscription, late } = await subscriber(prices, { maximum_spend: "250.00" });
  await subscription.uses("packages", "2");
  await ada.livesUntil("2026-02-01");
  await late("3");
  await ada.livesUntil("2026-03-01");

  const line = (await ada.explained()).at(-1);

  expect(line).toMatchObject({
    description: "Maximum spend",
    formula: "250 at most, 350.00 charged: -100.00",
    recomputed: "-100.00",
    billed: "-100.00",
    holds: true,
    events: null,
  });
  expect(
    line?.charges.map(({ description, amount, beyond }: Record<string, string>) => [
      description,
      amount,
      beyond,
    ]),
  ).toEqual([
    ["Base fee", "100.00", "0.00"],
    ["packages", "100.00", "0.00"],
    ["packages", "150.00", "100.00"],
  ]);
});
