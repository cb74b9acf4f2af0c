import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { MINUTE_MS } from "#kernel/clock.ts";
import { type OwnedId, parseOwnedId } from "#kernel/ids.ts";
import { claimDueSubscriptions, findProjectsWithDue } from "#modules/subscriptions/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { type Customer, flat, type Membership, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
let owner: pg.Client;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
  owner = new pg.Client({ connectionString: shop.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await shop.stop();
});

const MONTH_LATER_MS = Date.UTC(2026, 1, 15, 12);

async function subscriber(of: Story): Promise<{ customer: Customer; subscription: Membership }> {
  const customer = await of.welcome({ clock: null });
  const plan = await of.publish([flat("100.00", "advance")]);
  return { customer, subscription: await customer.subscribes(plan) };
}

const keyOf = ({ id }: Membership): OwnedId =>
  present(parseOwnedId("subscription", id), "the API answers ids");

/** Writes past the product, as nothing of it would. */
async function spoil(subscription: Membership, column: string, value: string): Promise<void> {
  const { customerId, id } = keyOf(subscription);
  const { rowCount } = await owner.query(
    `update farthing.subscription set ${column} = $3 where customer_id = $1 and id = $2`,
    [customerId, id, value],
  );
  expect(rowCount).toBe(1);
}

/** How often each subscription was found broken, by what was logged. */
function setAside(lines: readonly string[]): Record<string, unknown> {
  const told = lines.map((line) => JSON.parse(line));
  return Object.fromEntries(told.map(({ subscription, failures }) => [subscription, failures]));
}

test("one that nobody can close holds up no other, and is billed once it is mended", async () => {
  const beyond = await subscriber(story);
  const unread = await subscriber(story);
  const healthy = [await subscriber(story), await subscriber(storyOf(shop, "other"))];
  const late = await story.welcome({ clock: null });
  await shop.call("POST", "/v1/invoices", {
    body: {
      customer: late.id,
      currency: "JMD",
      collection: "send",
      due_days: 7,
      lines: [{ description: "Setting up", quantity: "1", unit_amount: "5.00" }],
    },
  });
  await shop.settle();
  const whole = await unread.subscription.now();
  await spoil(beyond.subscription, "time_zone", "Atlantis/Beyond");
  await spoil(unread.subscription, "pending_change", "{}");

  await shop.moveTo(MONTH_LATER_MS);

  for (const { customer } of healthy) {
    expect(await customer.invoices()).toMatchObject([{ status: "paid" }, { status: "paid" }]);
  }
  expect(await late.events()).toContain("invoice.overdue");
  for (const { customer } of [beyond, unread]) {
    expect(await customer.invoices()).toHaveLength(1);
    expect(await customer.events()).not.toContain("subscription.renewed");
  }
  expect(await beyond.subscription.now()).toMatchObject({
    current_period_end: whole.current_period_end,
  });
  const broken = [beyond.subscription, unread.subscription];
  expect(setAside(shop.takeDefects())).toEqual(Object.fromEntries(broken.map(({ id }) => [id, 1])));

  // It rests, and is tried again; then it rests twice as long.
  await shop.moveTo(MONTH_LATER_MS + MINUTE_MS - 1);
  expect(shop.takeDefects()).toEqual([]);
  await shop.moveTo(MONTH_LATER_MS + MINUTE_MS);
  expect(setAside(shop.takeDefects())).toEqual(Object.fromEntries(broken.map(({ id }) => [id, 2])));

  await spoil(beyond.subscription, "time_zone", "UTC");
  await owner.query("update farthing.subscription set pending_change = null");
  await shop.moveTo(MONTH_LATER_MS + 2 * MINUTE_MS);
  expect(await beyond.customer.invoices()).toHaveLength(1);
  await shop.moveTo(MONTH_LATER_MS + 3 * MINUTE_MS);
  for (const { customer, subscription } of [beyond, unread]) {
    expect(await customer.invoices()).toMatchObject([{ status: "paid" }, { status: "paid" }]);
    expect(await subscription.period()).toBe("2026-02-15T12:00 – 2026-03-15T12:00");
  }
});

test("nobody waits behind one that is set aside, however few are looked for at once", async () => {
  await subscriber(story);
  await subscriber(story);
  await subscriber(storyOf(shop, "other"));
  await shop.settle();
  const { db } = shop.app;
  const dueMs = Date.UTC(2026, 5, 1);
  const dueIn = (projectId: number, limit: number, except: readonly OwnedId[] = []) =>
    db.inProject(projectId, (tx) => claimDueSubscriptions(tx, dueMs, limit, { except }));
  const projects = (except: readonly OwnedId[]) =>
    db.acrossProjects((tx) => findProjectsWithDue(tx, dueMs, 1, except));
  const { sandbox, other } = shop.projectIds;

  const [earliest] = await dueIn(sandbox, 1);
  const passedOver = present(earliest, "somebody is due");
  const [next] = await dueIn(sandbox, 1, [passedOver]);

  expect(next?.id).not.toBe(passedOver.id);
  expect(await projects(await dueIn(sandbox, 100))).toEqual([other]);
  expect(await projects(await dueIn(other, 100))).toEqual([sandbox]);
});
