import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { cheap, dear, type Migrations, migrationsOf } from "#test/support/migrations.ts";
import { type Customer, flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let told: Migrations;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  told = migrationsOf(shop, story);
});
afterAll(() => shop.stop());

const cents = (amount: string) => Math.round(Number(amount) * 100);

describe("a preview says to the cent what then happens to each", () => {
  test("at once: what is given back, charged for the rest, and billed of what ran", async () => {
    const plan = await story.publish(cheap);
    const [ada, ...others] = (await told.subscribers(plan, 3)) as [Customer, ...Customer[]];
    const tried = await story.welcome();
    await tried.subscribes(plan, { trial_days: 30 });
    await told.nextVersion(plan, dear);

    const id = await told.drafted(plan, { when: "now", policy: "now_prorated" });
    const preview = await told.rowsOf(id);
    const { totals } = await told.taken("GET", `/v1/plan_migrations/${id}`);
    expect(await told.progressOf(id)).toBe("draft, 4 total, 4 left");
    for (const person of [ada, ...others]) expect(await person.invoices()).toHaveLength(1);
    await told.asks(id, "start");
    const made = await told.rowsOf(id);

    expect(await told.progressOf(id)).toBe("completed, 4 total, 4 moved");
    expect(made.map(({ impact }) => impact)).toEqual(preview.map(({ impact }) => impact));
    for (const person of [ada, ...others]) {
      const { impact, invoice } = await told.rowOf(id, person);
      const bill = (await person.bills()).at(-1);
      const parts = [impact.credited, impact.charged, impact.accrued].map(cents);
      expect(bill.id).toBe(invoice);
      expect(cents(bill.total)).toBe(parts.reduce((sum, part) => sum + part));
      expect(impact).toMatchObject({ before: "40.00", after: "57.00", currency: "JMD" });
      expect(cents(impact.credited)).toBeLessThan(0);
      expect((await person.books())["receivable"]).toBe(0n);
    }
    expect((await told.rowOf(id, tried)).impact).toMatchObject({
      credited: "0.00",
      charged: "0.00",
    });
    expect(await tried.invoices()).toEqual([]);
    const sum = (of: string) => preview.reduce((all, { impact }) => all + cents(impact[of]), 0);
    expect(totals).toMatchObject([{ currency: "JMD", subscriptions: 4 }]);
    for (const of of ["before", "after", "credited", "charged", "accrued"]) {
      expect(cents(totals[0][of])).toBe(sum(of));
    }
  });

  // 15 days and 7.5 hours of 31 days have run, and three packages are used.
  test.each([
    { policy: "now_prorated", credited: "-15.18", charged: "22.77", accrued: "9.44" },
    { policy: "now_full", credited: "-30.00", charged: "45.00", accrued: "9.44" },
    { policy: "now_without", credited: "0.00", charged: "0.00", accrued: "9.44" },
  ])("$policy, by hand", async ({ policy, ...amounts }) => {
    const plan = await story.publish(cheap);
    const [ada] = (await told.subscribers(plan, 1)) as [Customer];
    await told.nextVersion(plan, dear);
    const id = await told.drafted(plan, { when: "now", policy });
    expect((await told.rowOf(id, ada)).impact).toMatchObject(amounts);
  });

  test("at the period's end: nothing now, and the other price from the renewal on", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await told.nextVersion(plan, [flat("45.50", "advance")]);

    const id = await told.drafted(plan);
    const preview = await told.rowOf(id, ada);
    await told.asks(id, "start");
    const made = await told.rowOf(id, ada);
    expect(preview.impact).toMatchObject({ before: "30.00", after: "45.50", charged: "0.00" });
    expect(preview.effective_at).toBe("2026-02-01T00:00:00.000Z");
    expect(made).toMatchObject({ state: "moved", impact: preview.impact, invoice: null });
    expect(await subscription.now()).toMatchObject({
      plan_version: 1,
      pending_change: { at: null, plan_version: 2 },
    });
    await ada.livesUntil("2026-02-01");

    expect(await subscription.now()).toMatchObject({ plan_version: 2, pending_change: null });
    expect((await ada.invoices()).map(({ total }) => total)).toEqual([
      "30.00",
      preview.impact.after,
    ]);
  });

  test("usage, by what it was in the last whole period", async () => {
    const metered = [flat("10.00"), perUnit("packages", "1.50")];
    const plan = await story.publish(metered);
    const [ada, bob] = [await story.welcome(), await story.welcome()];
    const [hers, his] = [await ada.subscribes(plan), await bob.subscribes(plan)];
    await hers.uses("packages", "40");
    await ada.livesUntil("2026-02-10");
    await hers.uses("packages", "1");
    await his.uses("packages", "3");
    await told.nextVersion(plan, [flat("10.00"), perUnit("packages", "1.75")]);
    const id = await told.drafted(plan);
    await told.nextVersion(plan, [{ ...perUnit("packages", "1.75"), meter: "others" }]);
    const other = await told.drafted(plan);

    expect((await told.rowOf(id, ada)).impact.usage).toEqual({
      period_start: "2026-01-01T00:00:00.000Z",
      period_end: "2026-02-01T00:00:00.000Z",
      before: "60.00",
      after: "70.00",
    });
    expect((await told.rowOf(id, bob)).impact.usage).toMatchObject({
      before: "4.50",
      after: "5.25",
    });
    const { totals } = await told.taken("GET", `/v1/plan_migrations/${id}`);
    expect(totals).toMatchObject([{ usage_before: "64.50", usage_after: "75.25" }]);
    expect((await told.rowOf(other, ada)).impact.usage).toBeNull();
  });

  test("an add-on moves as well, and the plan that it is added to stays", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const addOn = await story.publish([flat("5.00")], { kind: "add_on", name: "Support" });
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan, { addons: [{ plan: addOn }] });
    await told.nextVersion(addOn, [flat("8.00")], { kind: "add_on", name: "Support" });

    const id = await told.drafted(addOn);
    await told.asks(id, "start");
    await ada.livesUntil("2026-02-01");

    expect((await told.rowOf(id, ada)).impact).toMatchObject({ before: "35.00", after: "38.00" });
    expect(await subscription.now()).toMatchObject({
      plan_version: 1,
      addons: [{ plan: addOn, plan_version: 2 }],
    });
  });
});

describe("who cannot be moved is left as it is, and the reason is told", () => {
  test("before it starts and when it is tried", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const other = await story.publish([flat("5.00")], { name: "Other" });
    const people = {
      leaves: await story.welcome(),
      changes: await story.welcome(),
      pauses: await story.welcome(),
      owes: await story.welcome(),
      movesOn: await story.welcome(),
    };
    const held = new Map<Customer, Awaited<ReturnType<Customer["subscribes"]>>>();
    for (const person of Object.values(people)) held.set(person, await person.subscribes(plan));
    await shop.settle();
    await people.owes.gives("pm_card_chargeCustomerFail");
    await people.owes.livesUntil("2026-02-01");
    await held.get(people.leaves)?.cancels("at period end");
    await held.get(people.changes)?.changes({ plan: other, when: "period_end" });
    await held.get(people.pauses)?.asks("pause");
    await told.nextVersion(plan, [flat("45.00", "advance")]);
    const later = await told.drafted(plan);
    const now = await told.drafted(plan, { when: "now" });
    await held.get(people.movesOn)?.changes({ plan: other, when: "now", policy: "now_without" });
    await told.asks(later, "start");

    const codes = async (id: string) => {
      const said = Object.entries(people).map(async ([name, person]) => {
        const { state, code } = await told.rowOf(id, person);
        return [name, [state, code]];
      });
      return Object.fromEntries(await Promise.all(said));
    };
    expect(await codes(now)).toEqual({
      leaves: ["waiting", null],
      changes: ["waiting", "change_pending"],
      pauses: ["waiting", "subscription_transition_refused"],
      owes: ["waiting", "invoice_unpaid"],
      movesOn: ["waiting", null],
    });
    expect(await codes(later)).toEqual({
      leaves: ["skipped", "subscription_transition_refused"],
      changes: ["skipped", "change_pending"],
      pauses: ["skipped", "subscription_transition_refused"],
      owes: ["moved", null],
      movesOn: ["skipped", "plan_version_not_held"],
    });
    expect(await told.progressOf(later)).toBe("completed, 5 total, 1 moved, 4 skipped");
  });

  test("what is to rest at its period's end does not become a term before that", async () => {
    const plan = await story.publish([flat("30.00", "advance")]);
    const ada = await story.welcome();
    const subscription = await ada.subscribes(plan);
    await shop.settle();
    await subscription.asks("pause", { at_period_end: true });
    await told.nextVersion(plan, [flat("45.00", "advance")], { renewal: "none" });
    const later = await told.drafted(plan);
    const now = await told.drafted(plan, { when: "now" });
    await told.asks(now, "start");

    const skipped = { state: "skipped", code: "term_not_pausable" };
    expect(await told.rowOf(now, ada)).toMatchObject(skipped);
    expect(await told.rowOf(later, ada)).toMatchObject({ state: "waiting", code: null });
    expect(await subscription.now()).toMatchObject({ plan_version: 1, status: "active" });
  });

  test("whom a draft names, and whom it leaves out", async () => {
    const plan = await story.publish(cheap);
    const [ada, bob, cyd] = (await told.subscribers(plan, 3)) as [Customer, Customer, Customer];
    const second = await cyd.subscribes(plan);
    await told.nextVersion(plan, dear);

    const named = await told.drafted(plan, { only: [ada.id, second.id] });
    const others = await told.drafted(plan, { except: [ada.id, second.id] });
    const within = async (id: string) => {
      const rows = await told.rowsOf(id);
      return Object.fromEntries(rows.map(({ customer, subscription }) => [customer, subscription]));
    };
    expect(await within(named)).toEqual({
      [ada.id]: expect.any(String),
      [cyd.id]: second.id,
    });
    expect(await within(others)).toEqual({
      [bob.id]: expect.any(String),
      [cyd.id]: expect.not.stringMatching(second.id),
    });
  });
});

describe("what is asked wrongly is refused, with what is possible", () => {
  test("statuses", async () => {
    const plan = await story.publish(cheap);
    await told.subscribers(plan, 1);
    await told.nextVersion(plan, dear);
    const id = await told.drafted(plan);
    const refused = async (what: string) => {
      const { status, body } = await shop.call("POST", `/v1/plan_migrations/${id}/${what}`);
      return [status, body.code, body.details.status, body.details.allowed_in];
    };
    const code = "plan_migration_transition_refused";
    const undoable = ["draft", "running", "paused", "completed"];

    expect(await refused("pause")).toEqual([409, code, "draft", ["running"]]);
    expect(await refused("resume")).toEqual([409, code, "draft", ["paused"]]);
    await told.asks(id, "start");
    expect(await refused("start")).toEqual([409, code, "completed", ["draft"]]);
    await told.asks(id, "undo");
    expect(await refused("undo")).toEqual([409, code, "undone", undoable]);
  });

  test("drafts", async () => {
    const plan = await story.publish([flat("30.00")]);
    const drafting = async (body: object) => {
      const answer = await shop.call("POST", "/v1/plan_migrations", { body: { plan, ...body } });
      return [answer.status, answer.body.code];
    };
    expect(await drafting({ plan: "plan_0000000000000" })).toEqual([404, "plan_not_found"]);
    expect(await drafting({ to_version: 7 })).toEqual([404, "plan_version_not_found"]);
    expect(await drafting({ from_version: 1 })).toEqual([400, "plan_migration_invalid"]);
    expect(await drafting({ policy: "now_full" })).toEqual([400, "plan_migration_invalid"]);
    expect(await drafting({ only: ["cus_0000000000000"] })).toEqual([404, "customer_not_found"]);
    const nobody = `sub_${"0".repeat(26)}`;
    expect(await drafting({ except: [nobody] })).toEqual([404, "subscription_not_found"]);
    const { status, body } = await shop.call("GET", "/v1/plan_migrations/mig_nonsense");
    expect([status, body.code]).toEqual([404, "plan_migration_not_found"]);
  });

  test("another project sees nothing of it, and a key starts it once", async () => {
    const plan = await story.publish([flat("30.00")]);
    const { id } = await told.taken("POST", "/v1/plan_migrations", { plan });
    const token = shop.tokens.other;
    const paths = [`/v1/plan_migrations/${id}`, `/v1/plan_migrations/${id}/subscriptions`];
    for (const path of paths) expect((await shop.call("GET", path, { token })).status).toBe(404);
    const start = `/v1/plan_migrations/${id}/start`;
    expect((await shop.call("POST", start, { token })).status).toBe(404);
    expect((await shop.call("GET", "/v1/plan_migrations", { token })).body.data).toEqual([]);
    const headers = { "idempotency-key": "start-1" };
    const [first, again] = [
      await shop.call("POST", start, { headers }),
      await shop.call("POST", start, { headers }),
    ];
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    // Nobody holds another version, so that there is nothing to wait for.
    expect(first.body).toMatchObject({ status: "completed", progress: { total: 0 } });
  });
});
