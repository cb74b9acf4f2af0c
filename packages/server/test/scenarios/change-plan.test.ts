import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { stopVerified } from "#test/support/stop-verified.ts";
import {
  type Customer,
  flat,
  type Membership,
  perUnit,
  type Story,
  storyOf,
} from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let basic: string;
let pro: string;
let yearly: string;
const ungated = { change_policy: { payment_gated: false } };

beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  basic = await story.publish([flat("30.00", "advance")], { name: "Basic", ...ungated });
  pro = await story.publish([flat("90.00", "advance")], { name: "Pro", ...ungated });
  yearly = await story.publish([flat("1200.00", "advance")], {
    name: "Pro, yearly",
    interval: { unit: "year" },
    ...ungated,
  });
});
afterAll(() => stopVerified(shop));

/** April has thirty days. */
async function whoHas(plan: string, more: object = {}): Promise<[Customer, Membership]> {
  const ada = await story.welcome({ clock: "2026-04-01" });
  const membership = await ada.subscribes(plan, more);
  await shop.settle();
  return [ada, membership];
}

describe("a dearer plan", () => {
  test("begins at once: the unused days are credited, the days that are left are charged", async () => {
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-11");

    const { body } = await membership.changes({ plan: pro });

    expect(body).toMatchObject({ plan: pro, status: "active" });
    expect(await membership.period()).toBe("2026-04-11 – 2026-05-01");
    await ada.livesUntil("2026-05-02");
    expect(await ada.invoices()).toMatchObject([
      { reason: "opening", total: "30.00" },
      {
        reason: "change",
        issued: "2026-04-11",
        total: "40.00",
        lines: ["Unused: Base fee: -20.00", "Base fee: 60.00"],
      },
      { reason: "renewal", issued: "2026-05-01", total: "90.00" },
    ]);
    expect(await ada.events()).toContain("subscription.changed");
  });

  test("and back in the same period, with money back, comes to no more than the days of each", async () => {
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-11");
    await membership.changes({ plan: pro });
    await ada.livesUntil("2026-04-21");
    await membership.changes({ plan: basic, when: "now" });

    const totals = (await ada.invoices()).map(({ total }) => total);
    expect(totals).toEqual(["30.00", "40.00", "-20.00"]);
  });

  test("bills what was used until then as it was sold, and what is used from then on anew", async () => {
    const metered = (name: string, rate: string) =>
      story.publish([flat("10.00"), perUnit("packages", rate)], { name, ...ungated });
    const [small, large] = [await metered("Small", "1.00"), await metered("Large", "0.50")];
    const [ada, membership] = await whoHas(small);
    await membership.uses("packages", "10");
    await ada.livesUntil("2026-04-16");
    await membership.changes({ plan: large, when: "now" });
    await membership.uses("packages", "4");
    await membership.uses("packages", "2", { occurred_at: "2026-04-15T23:00:00Z" });
    await ada.livesUntil("2026-05-02");

    expect(await ada.invoices()).toMatchObject([
      {
        reason: "change",
        issued: "2026-04-16",
        lines: ["Base fee: 5.00", "packages: 10 → 10.00"],
      },
      {
        reason: "renewal",
        lines: [
          "Base fee: 5.00",
          "packages: 4 → 2.00",
          "late packages of 2026-04-01 – 2026-04-16: 2 → 2.00",
        ],
      },
    ]);
    for (const { holds } of await ada.explained()) expect(holds).toBe(true);
  });

  test("of another interval begins a period of its own at once", async () => {
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-11");
    await membership.changes({ plan: yearly, when: "now" });

    expect(await membership.period()).toBe("2026-04-11 – 2027-04-11");
    expect((await ada.invoices()).at(-1)).toMatchObject({
      reason: "change",
      lines: ["Unused: Base fee: -20.00", "Base fee: 1200.00"],
    });
    for (const { holds } of await ada.explained()) expect(holds).toBe(true);
  });

  test.each([
    { policy: "now_full", lines: ["Unused: Base fee: -30.00", "Base fee: 90.00"] },
    { policy: "now_without", lines: [] },
  ])("$policy takes no notice of the days", async ({ policy, lines }) => {
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-11");
    const { body } = await membership.changes({ plan: pro, policy });
    expect(body.plan).toBe(pro);
    await ada.livesUntil("2026-05-02");

    const invoices = await ada.invoices();
    const change = invoices.find(({ reason }) => reason === "change");
    expect(change?.lines ?? []).toEqual(lines);
    expect(invoices.at(-1)).toMatchObject({ reason: "renewal", total: "90.00" });
  });
});

describe("in full", () => {
  const halfApril = { billing_anchor: { at: "2026-04-16T00:00:00Z" } };

  test("is the part of a period that the first one is, and costs nothing there and back", async () => {
    const [ada, membership] = await whoHas(basic, halfApril);
    await ada.livesUntil("2026-04-06");
    await membership.changes({ plan: pro, policy: "now_full" });
    await ada.livesUntil("2026-04-11");
    await membership.changes({ plan: basic, policy: "now_full" });

    expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([
      ["Base fee: 14.52"],
      ["Unused: Base fee: -14.52", "Base fee: 43.55"],
      ["Unused: Base fee: -43.55", "Base fee: 14.52"],
    ]);
  });

  test("is what is left of a period in which nothing was charged for before", async () => {
    const free = await story.publish([flat("5.00", "arrears")], ungated);
    const [ada, membership] = await whoHas(free, halfApril);
    await ada.livesUntil("2026-04-11");

    await membership.changes({ plan: pro, policy: "now_full" });

    expect(await ada.invoices()).toMatchObject([{ lines: ["Base fee: 1.61", "Base fee: 43.55"] }]);
  });

  test("is all of a period that was paid for through a pause", async () => {
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-06");
    await membership.asks("pause");
    await ada.livesUntil("2026-04-16");
    await membership.asks("resume");

    await membership.changes({ plan: pro, policy: "now_full" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -30.00", "Base fee: 90.00"],
    });
  });
});

describe("a cheaper plan", () => {
  test("waits for the period's end, is seen meanwhile, and begins then", async () => {
    const [ada, membership] = await whoHas(pro);
    await ada.livesUntil("2026-04-11");
    const { body } = await membership.changes({ plan: basic });
    expect(body).toMatchObject({
      plan: pro,
      invoice: null,
      pending_change: { at: null, plan: basic },
    });
    await ada.livesUntil("2026-05-02");

    expect(await membership.now()).toMatchObject({ plan: basic, pending_change: null });
    const totals = (await ada.invoices()).map(({ total }) => total);
    expect(totals).toEqual(["90.00", "30.00"]);
    const events = await ada.events();
    expect(events).toContain("subscription.change_scheduled");
    expect(events.filter((type) => type === "subscription.changed")).toHaveLength(1);
  });

  test("is withdrawn, and never begins", async () => {
    const [ada, membership] = await whoHas(pro);
    await membership.changes({ plan: basic });
    expect(await membership.withdraws()).toMatchObject({ status: 200 });
    expect(await membership.withdraws()).toMatchObject({
      status: 404,
      body: { code: "change_not_pending" },
    });
    await ada.livesUntil("2026-05-02");

    expect(await membership.now()).toMatchObject({ plan: pro });
  });

  test("begins at an instant inside the period, when it was wanted for then", async () => {
    const [ada, membership] = await whoHas(pro);
    await membership.changes({ plan: basic, when: "2026-04-16T00:00:00Z" });
    await ada.livesUntil("2026-04-20");

    expect(await membership.now()).toMatchObject({ plan: basic });
    expect(await membership.period()).toBe("2026-04-16 – 2026-05-01");
    expect((await ada.invoices()).at(-1)).toMatchObject({
      reason: "change",
      issued: "2026-04-16",
      lines: ["Unused: Base fee: -45.00", "Base fee: 15.00"],
    });
  });

  test("of another interval at the period's end counts its periods from there", async () => {
    const [ada, membership] = await whoHas(pro);
    await membership.changes({ plan: yearly, when: "period_end" });
    await ada.livesUntil("2026-05-02");
    expect(await membership.period()).toBe("2026-05-01 – 2027-05-01");
  });
});

describe("a quantity", () => {
  const bands = { quantity_policy: { included: "10", step: "5" }, ...ungated };

  test("is licensed as high as it is paid for, and charged once for that", async () => {
    const tunnels = await story.publish([flat("1.00", "advance")], bands);
    const [ada, membership] = await whoHas(tunnels, { quantity: "25" });
    const held = async () => {
      const { quantity, billable_quantity, licensed_quantity } = await membership.now();
      return [quantity, billable_quantity, licensed_quantity];
    };
    expect(await held()).toEqual(["25", "25", "25"]);

    await membership.changes({ quantity: "11" });
    expect(await held()).toEqual(["11", "15", "25"]);
    await membership.changes({ quantity: "25" });
    await ada.livesUntil("2026-04-16");
    await membership.changes({ quantity: "31" });
    await membership.changes({ quantity: "31" });
    expect(await held()).toEqual(["31", "35", "35"]);
    await membership.changes({ quantity: "1" });
    expect(await held()).toEqual(["1", "10", "35"]);
    await ada.livesUntil("2026-05-02");

    expect(await held()).toEqual(["1", "10", "10"]);
    expect((await ada.invoices()).map(({ lines }) => lines)).toEqual([
      ["25 × Base fee: 25.00"],
      ["10 × Base fee: 5.00"],
      ["10 × Base fee: 10.00"],
    ]);
    for (const { holds } of await ada.explained()) expect(holds).toBe(true);
  });

  test("that rises in arrears is charged from then on, at the period's end", async () => {
    const seats = await story.publish([flat("3.00")], bands);
    const [ada, membership] = await whoHas(seats, { quantity: "10" });
    await ada.livesUntil("2026-04-16");
    await membership.changes({ quantity: "15" });
    await ada.livesUntil("2026-05-02");

    expect(await ada.invoices()).toMatchObject([
      { reason: "renewal", lines: ["10 × Base fee: 30.00", "5 × Base fee: 7.50"] },
    ]);
  });
});

describe("an add-on", () => {
  test("comes prorated, is metered, and goes at the period's end", async () => {
    const add_on = { kind: "add_on", quantity_policy: { included: "1", step: "1" } };
    const backups = await story.publish(
      [{ ...flat("6.00", "advance"), name: "Backups" }, perUnit("gigabytes", "0.10")],
      add_on,
    );
    const [ada, membership] = await whoHas(basic);
    await ada.livesUntil("2026-04-16");
    const { body } = await membership.changes({ addons: [{ plan: backups, quantity: "2" }] });
    expect(body.addons).toMatchObject([{ plan: backups, quantity: "2" }]);
    await membership.uses("gigabytes", "50");
    await membership.changes({ addons: [] });
    expect(await membership.now()).toMatchObject({
      addons: [{ plan: backups }],
      pending_change: { addons: [] },
    });
    await ada.livesUntil("2026-05-02");

    expect(await membership.now()).toMatchObject({ addons: [] });
    expect(await ada.invoices()).toMatchObject([
      { lines: ["Base fee: 30.00"] },
      { reason: "change", lines: ["2 × Backups: 6.00"] },
      { reason: "renewal", lines: ["gigabytes: 50 → 5.00", "Base fee: 30.00"] },
    ]);
  });
});

describe("what cannot be is refused, and says what can", () => {
  test.each([
    [
      "an add-on as the plan",
      async () => ({ plan: await story.publish([flat("1.00")], { kind: "add_on" }) }),
      "add_on_alone",
    ],
    ["a plan as an add-on", async () => ({ addons: [{ plan: pro }] }), "add_on_alone"],
    ["a quantity of what is sold once", async () => ({ quantity: "2" }), "quantity_not_offered"],
    [
      "another interval without proration",
      async () => ({ plan: yearly, policy: "now_without" }),
      "change_policy_unfit",
    ],
    [
      "an instant that has passed",
      async () => ({ plan: pro, when: "2026-03-31T00:00:00Z" }),
      "time_invalid",
    ],
    [
      "an add-on of another interval",
      async () => ({
        addons: [
          {
            plan: await story.publish([flat("1.00")], {
              kind: "add_on",
              interval: { unit: "year" },
            }),
          },
        ],
      }),
      "add_on_unfit",
    ],
    [
      "the same add-on twice",
      async () => {
        const addOn = { plan: await story.publish([flat("1.00")], { kind: "add_on" }) };
        return { addons: [addOn, addOn] };
      },
      "add_on_repeated",
    ],
  ] as const)("%s", async (_what, wanted, code) => {
    const [ada, membership] = await whoHas(basic);
    const before = await membership.now();
    const { status, body } = await membership.asks("change", await wanted());
    expect(body.code).toBe(code);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await membership.now()).toEqual(before);
    expect(await ada.invoices()).toHaveLength(1);
  });

  test("many of what was sold in bands, where the other plan is sold once: unless that is said", async () => {
    const quantity_policy = { included: "1", step: "1" };
    const seats = await story.publish([flat("3.00")], { ...ungated, quantity_policy });
    const [, membership] = await whoHas(seats, { quantity: "25" });
    const { status, body } = await membership.asks("change", { plan: pro });
    expect([status, body.code]).toEqual([409, "quantity_not_offered"]);
    expect(body.details).toMatchObject({ plan: pro, quantity: "25", allowed: "1" });
    expect((await membership.changes({ plan: pro, quantity: "1" })).status).toBe(200);
  });

  test("another currency, beside the one that is billed", async () => {
    const plan = await story.publish([flat("1.00")], { currency: "USD" });
    const [, membership] = await whoHas(basic);
    const { status, body } = await membership.asks("change", { plan });
    expect([status, body.code]).toEqual([409, "currency_mismatch"]);
    expect(body.details).toEqual({ currency: "USD", allowed: "JMD" });
  });

  test("a metric that would be priced twice", async () => {
    const prices = [perUnit("packages", "1.00")];
    const [, membership] = await whoHas(await story.publish(prices));
    const addOn = await story.publish(prices, { kind: "add_on" });
    const { status, body } = await membership.asks("change", { addons: [{ plan: addOn }] });
    expect([status, body.code]).toEqual([409, "usage_metric_sold_twice"]);
  });

  test("money back of what is not paid", async () => {
    const [ada, membership] = await whoHas(basic);
    await ada.gives("pm_card_chargeCustomerFail");
    await ada.livesUntil("2026-05-02");
    const { status, body } = await membership.asks("change", { plan: pro });
    expect([status, body.code]).toEqual([409, "invoice_unpaid"]);
    expect(body.details.allowed).toContain("at_period_end");
  });
});
