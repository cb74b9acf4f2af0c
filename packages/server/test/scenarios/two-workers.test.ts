import { afterAll, beforeAll, expect, test } from "vitest";
import { closePeriods } from "#flows/close-periods/close-periods.ts";
import { claimDueSubscriptions } from "#modules/subscriptions/index.ts";
import type { TestApp } from "#test/support/app.ts";
import type { ManualClock } from "#test/support/manual-clock.ts";
import { type ServerPair, startServerPair } from "#test/support/server-pair.ts";
import { type Customer, flat, perUnit, type Story } from "#test/support/story.ts";

let pair: ServerPair;
let clock: ManualClock;
let shop: TestApp;
let second: TestApp;
let story: Story;
beforeAll(async () => {
  pair = await startServerPair();
  ({ clock, shop, second, story } = pair);
});
afterAll(() => pair.stop());

const PEOPLE = 12;
const MONTH_LATER_MS = Date.UTC(2026, 1, 15, 12);

/** People who live by the server's clock, and whose first month ends together. */
async function subscribers(): Promise<Customer[]> {
  const plan = await story.publish([flat("100.00"), perUnit("packages", "1.00")]);
  return Promise.all(
    Array.from({ length: PEOPLE }, async (_, index) => {
      const customer = await story.welcome({ clock: null });
      const subscription = await customer.subscribes(plan);
      await subscription.uses("packages", String(index + 1));
      return customer;
    }),
  );
}

async function numbers(): Promise<number[]> {
  const { body } = await shop.call("GET", "/v1/invoices?limit=100");
  return body.data.map(({ number }: { number: string }) => Number(number)).toSorted(byNumber);
}

const byNumber = (one: number, other: number) => one - other;

test("two workers at the same due periods make one invoice each, numbered without a gap", async () => {
  const people = await subscribers();
  clock.moveTo(MONTH_LATER_MS);

  await failHalfWay();
  const passes = [shop, second, shop, second].map(({ app }) => app.loops.periods.runOnce());
  await Promise.all(passes);
  await failHalfWay();
  await Promise.all([shop.app.loops.periods.runOnce(), second.app.loops.periods.runOnce()]);
  await shop.settle();

  for (const [index, person] of people.entries()) {
    const invoices = await person.invoices();
    expect(invoices).toMatchObject([{ status: "paid", total: `${101 + index}.00` }]);
    expect((await person.books())["receivable"]).toBe(0n);
  }
  expect(await numbers()).toEqual(Array.from({ length: PEOPLE }, (_, index) => index + 1));
  expect(shop.app.sandbox.journal.charges()).toHaveLength(PEOPLE);
});

test("a subscription that two transactions hold by turns is closed by the first alone", async () => {
  const ada = await story.welcome({ clock: null });
  const subscription = await ada.subscribes(await story.publish([flat("100.00")]));
  clock.moveTo(Date.UTC(2026, 2, 15, 12));
  const { app, projectIds } = shop;
  const due = await app.db.inProject(projectIds.sandbox, (tx) =>
    claimDueSubscriptions(tx, clock.now(), 1000),
  );

  // What a worker does that was stopped for a while with what it had read: `due` is out of date.
  for (let times = 0; times < 3; times += 1) {
    await app.db.inProject(projectIds.sandbox, (tx) => closePeriods(app.engine, tx, due));
  }
  await shop.settle();

  expect(await ada.invoices()).toMatchObject([{ total: "100.00", status: "paid" }]);
  expect(await subscription.period()).toBe("2026-03-15T12:00 – 2026-04-15T12:00");
});

/** Closes what is due and breaks off at the very end, as a lost connection does. */
async function failHalfWay(): Promise<void> {
  const { app, projectIds } = shop;
  const broken = app.db.inProject(projectIds.sandbox, async (tx) => {
    await closePeriods(app.engine, tx, await claimDueSubscriptions(tx, clock.now(), 1000));
    throw new Error("broken off");
  });
  await expect(broken).rejects.toThrow("broken off");
}
