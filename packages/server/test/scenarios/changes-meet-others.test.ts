import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Membership, type Story, storyOf } from "#test/support/story.ts";

// Changes that meet credit notes, pauses and terms: here the product once did otherwise than its rules say.

const ungated = { change_policy: { payment_gated: false } };
const banded = { ...ungated, quantity_policy: { included: "1", step: "1" } };

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(async () => {
  await verifyAll();
  await shop.stop();
});

async function verifyAll(): Promise<void> {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
}

/** Of the first month of April, which has thirty days. */
async function whoHas(
  price: string,
  more: object = ungated,
  wanted: object = {},
  clock = "2026-04-01",
) {
  const ada = await story.welcome({ clock });
  const plan = await story.publish([flat(price, "advance")], more);
  const membership = await ada.subscribes(plan, wanted);
  await shop.settle();
  return { ada, membership };
}

async function takesBack(ada: Customer, more: object) {
  const bill = present((await ada.bills()).at(0), "the first month was billed");
  const body = { reason: "so it is", to: "balance", ...more };
  return shop.call("POST", `/v1/invoices/${bill.id}/credit_notes`, { body });
}

test("what a credit note took back is not given back again by a change of plan", async () => {
  const { ada, membership } = await whoHas("30.00");
  const pro = await story.publish([flat("90.00", "advance")], ungated);
  expect(await takesBack(ada, { amount: "25.00" })).toMatchObject({ status: 201 });
  await ada.livesUntil("2026-04-11");

  await membership.changes({ plan: pro });

  expect((await ada.invoices()).at(-1)).toMatchObject({
    lines: ["Unused: Base fee: -5.00", "Base fee: 60.00"],
  });
});

test("what a change of plan gave back is not given back again by a credit note", async () => {
  const { ada, membership } = await whoHas("30.00");
  const pro = await story.publish([flat("90.00", "advance")], ungated);
  await ada.livesUntil("2026-04-11");
  await membership.changes({ plan: pro });

  const { status, body } = await takesBack(ada, { amount: "10.01" });

  expect([status, body.code, body.details.creditable]).toEqual([
    409,
    "credit_note_too_large",
    "10.00",
  ]);
  expect(await takesBack(ada, {})).toMatchObject({ body: { amount: "10.00" } });
});

test("what was never paid and is credited away is not given back by a change of plan", async () => {
  const { ada, membership } = await whoHas("30.00", { ...ungated, when_unpaid: "stay_past_due" });
  const small = await story.publish([flat("9.00", "advance")], ungated);
  await ada.gives("pm_card_chargeCustomerFail");
  await ada.livesUntil("2026-05-11");
  const unpaid = present((await ada.bills()).at(-1), "May was billed");
  const body = { reason: "so it is", to: "balance" };
  await shop.call("POST", `/v1/invoices/${unpaid.id}/credit_notes`, { body });

  const { body: changed } = await membership.changes({ plan: small, policy: "now_prorated" });

  expect(changed).toMatchObject({ plan: small });
  expect((await ada.invoices()).at(-1)).toMatchObject({
    reason: "change",
    lines: ["Base fee: 6.10"],
  });
});

test("a pause whose end a longer period has overtaken lasts no time, and bills nothing twice", async () => {
  const { ada, membership } = await whoHas("30.00");
  const yearly = await story.publish([flat("360.00", "advance")], {
    ...ungated,
    interval: { unit: "year" },
  });
  await membership.asks("pause", { at_period_end: true, resumes_at: "2026-05-10T00:00:00Z" });
  await ada.livesUntil("2026-04-11");
  await membership.changes({ plan: yearly, when: "now" });
  await ada.livesUntil("2027-04-12");

  expect(await membership.now()).toMatchObject({ status: "active" });
  expect(await membership.period()).toBe("2027-04-11 – 2028-04-11");
  expect((await ada.invoices()).map(({ issued, total }) => [issued, total])).toEqual([
    ["2026-04-01", "30.00"],
    ["2026-04-11", "340.00"],
    ["2027-04-11", "360.00"],
  ]);
});

test("what was lowered is not licensed any more in the period that follows a pause", async () => {
  const { ada, membership } = await whoHas("1.00", banded, { quantity: "25" });
  await membership.changes({ quantity: "10" });
  await ada.livesUntil("2026-04-11");
  await membership.asks("pause");
  await ada.livesUntil("2026-05-16");

  await membership.asks("resume");

  expect(await membership.now()).toMatchObject({
    billable_quantity: "10",
    licensed_quantity: "10",
  });
});

test("what was lowered is not licensed any more in a term that is bought after the last had run out", async () => {
  const term = { ...banded, renewal: "none" };
  const { ada, membership } = await whoHas("1.00", term, { quantity: "25" });
  await membership.changes({ quantity: "10" });
  await ada.livesUntil("2026-05-16");
  await membership.asks("renew");
  await ada.livesUntil("2026-05-17");

  expect(await membership.now()).toMatchObject({
    status: "active",
    billable_quantity: "10",
    licensed_quantity: "10",
  });
});

test("a change waits until the terms are over that were bought while it waited", async () => {
  const term = { ...ungated, renewal: "none" };
  const { ada, membership } = await whoHas("30.00", term);
  const dearer = await story.publish([flat("60.00", "advance")], term);
  await membership.changes({ plan: dearer, when: "2026-04-16T00:00:00Z" });
  await membership.asks("renew");
  await ada.livesUntil("2026-04-20");
  expect(await membership.now()).toMatchObject({
    terms_ahead: 1,
    pending_change: { plan: dearer },
  });

  await ada.livesUntil("2026-05-02");

  expect(await membership.now()).toMatchObject({ plan: dearer, terms_ahead: 0 });
  expect((await ada.invoices()).at(-1)).toMatchObject({
    reason: "change",
    lines: ["Unused: Base fee: -30.00", "Base fee: 60.00"],
  });
});

const pro = () => story.publish([flat("90.00", "advance")], ungated);

describe("what was paid for a plan that is not held any more", () => {
  test("is given back by the next change, after one that moved no money", async () => {
    const { ada, membership } = await whoHas("30.00");
    const small = await story.publish([flat("3.00", "advance")], ungated);
    await membership.changes({ plan: await pro(), policy: "now_without" });
    await ada.livesUntil("2026-04-11");

    await membership.changes({ plan: small, policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -20.00", "Base fee: 2.00"],
    });
  });

  test("pays for it when it is held again", async () => {
    const { ada, membership } = await whoHas("30.00");
    const { plan: basic } = await membership.now();
    await membership.changes({ plan: await pro(), policy: "now_without" });
    await ada.livesUntil("2026-04-11");

    await membership.changes({ plan: basic, policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      total: "0.00",
      lines: ["Unused: Base fee: -20.00", "Base fee: 20.00"],
    });
  });

  test("is given back when the invoice of a change is voided that had given it back", async () => {
    const { ada, membership } = await whoHas("30.00");
    const small = await story.publish([flat("3.00", "advance")], ungated);
    await ada.gives("pm_card_chargeCustomerFail");
    await ada.livesUntil("2026-04-11");
    await membership.changes({ plan: await pro() });
    await shop.settle();
    const unpaid = (await ada.bills()).at(-1);
    await shop.call("POST", `/v1/invoices/${unpaid?.id}/void`, { body: {} });

    await membership.changes({ plan: small, policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -20.00", "Base fee: 2.00"],
    });
  });

  test("is measured by the period and the days that it was charged by", async () => {
    const days = { change_policy: { payment_gated: false, proration: "fixed_30_days" } };
    const { ada, membership } = await whoHas("30.00", ungated, {}, "2026-03-01");
    const { plan: exact } = await membership.now();
    const counted = await story.publish([flat("90.00", "advance")], days);
    await membership.changes({ plan: counted, policy: "now_without" });
    await ada.livesUntil("2026-03-16");

    await membership.changes({ plan: exact, policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -15.48", "Base fee: 15.48"],
    });
  });

  test("for a month is not given back as if it had been for the year that followed", async () => {
    const { ada, membership } = await whoHas("30.00");
    const yearly = (amount: string) =>
      story.publish([flat(amount, "advance")], { ...ungated, interval: { unit: "year" } });
    await ada.gives("pm_card_chargeCustomerFail");
    await ada.livesUntil("2026-04-11");
    await membership.changes({ plan: await yearly("365.00"), when: "now" });
    await shop.settle();
    const unpaid = present((await ada.bills()).at(-1), "the year was billed");
    await shop.call("POST", `/v1/invoices/${unpaid.id}/void`, { body: {} });
    await ada.livesUntil("2026-04-30");

    await membership.changes({ plan: await yearly("730.00"), policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -1.00", "Base fee: 692.00"],
    });
  });

  test("of an add-on that was dropped without a credit stays paid", async () => {
    const extra = await story.publish([flat("6.00", "advance")], { kind: "add_on", ...ungated });
    const { ada, membership } = await whoHas("30.00");
    const bought = await membership.changes({ addons: [{ plan: extra }] });
    const dropped = await membership.changes({ addons: [], policy: "now_without" });
    expect([bought.status, dropped.status]).toEqual([200, 200]);
    await ada.livesUntil("2026-04-11");

    await membership.changes({ plan: await pro(), policy: "now_prorated" });

    expect((await ada.invoices()).at(-1)).toMatchObject({
      lines: ["Unused: Base fee: -20.00", "Base fee: 60.00"],
    });
  });
});

test.each(["now", "2026-04-20T00:00:00Z"])(
  "what is to end with its period does not begin a year before: %s",
  async (when) => {
    const { ada, membership } = await whoHas("30.00");
    const yearly = await story.publish([flat("360.00", "advance")], {
      ...ungated,
      interval: { unit: "year" },
    });
    await membership.cancels("at period end");

    expect(await membership.asks("change", { plan: yearly, when })).toMatchObject({
      status: 409,
      body: {
        code: "subscription_transition_refused",
        details: { allowed: "undo the cancellation first" },
      },
    });
    await ada.livesUntil("2026-05-03");
    expect(await membership.now()).toMatchObject({ status: "canceled" });
    expect(await ada.invoices()).toHaveLength(1);
  },
);

const MAY = "2026-05-01T00:00:00.000Z";

test.each([
  { when: "2026-04-20T00:00:00Z", unit: "month", isMade: true, because: "it comes before the end" },
  { when: MAY, unit: "month", isMade: false, because: "nothing follows the end" },
  { when: "2026-04-20T00:00:00Z", unit: "year", isMade: false, because: "it would begin a year" },
])("a change waits, and the period is to be the last: $because", async ({ when, unit, isMade }) => {
  const { ada, membership } = await whoHas("30.00");
  const more = { ...ungated, interval: { unit } };
  const other = await story.publish([flat("60.00", "advance")], more);
  await membership.changes({ plan: other, when });

  const { body } = await membership.cancels("at period end");
  await membership.cancels("at period end");

  expect(body.pending_change?.plan).toBe(isMade ? other : undefined);
  const told = await ada.events();
  expect(told.filter((type) => type === "subscription.cancellation_scheduled")).toHaveLength(1);
  const withdrawn = told.filter((type) => type === "subscription.change_withdrawn");
  expect(withdrawn).toHaveLength(isMade ? 0 : 1);
  await ada.livesUntil("2026-05-02");
  expect((await membership.now()).ended_at).toBe(MAY);
  expect((await membership.now()).plan === other).toBe(isMade);
});

const ends = {
  "canceled now": async (_: Customer, held: Membership) => held.cancels("now"),
  "canceled in a pause": async (_: Customer, held: Membership) => {
    await held.asks("pause");
    await held.cancels("now");
  },
  "not paid for": async (ada: Customer) => {
    await ada.gives("pm_card_chargeCustomerFail");
    await ada.livesUntil("2026-06-10");
  },
};

test.each(Object.entries(ends))(
  "that a change is not made is told of what is %s",
  async (_, end) => {
    const { ada, membership } = await whoHas("30.00", ungated);
    const other = await story.publish([flat("60.00", "advance")], ungated);
    await membership.changes({ plan: other, when: "2026-07-20T00:00:00Z" });

    await end(ada, membership);

    expect((await membership.now()).pending_change).toBe(null);
    const told = await ada.events();
    expect(told.filter((type) => type === "subscription.change_withdrawn")).toHaveLength(1);
    expect(told.indexOf("subscription.change_withdrawn")).toBeLessThan(
      told.indexOf("subscription.canceled"),
    );
  },
);

test("what is to rest does not become a term before, and what becomes a term does not rest", async () => {
  const { membership } = await whoHas("30.00");
  const plan = await story.publish([flat("60.00", "advance")], { ...ungated, renewal: "none" });
  const soon = { plan, when: "2026-04-20T00:00:00Z" };
  await membership.asks("pause", { at_period_end: true });
  for (const wanted of [{ plan, when: "now" }, soon]) {
    const { status, body } = await membership.asks("change", wanted);
    expect([status, body.code]).toEqual([409, "term_not_pausable"]);
    expect(body.details.pauses_at).toBe(MAY);
  }
  expect((await membership.changes({ plan, when: "period_end" })).status).toBe(200);

  await membership.asks("resume");
  expect((await membership.changes(soon)).status).toBe(200);
  const { body } = await membership.asks("pause", { at_period_end: true });
  expect([body.code, body.details.allowed]).toEqual(["term_not_pausable", ["withdraw the change"]]);
});
