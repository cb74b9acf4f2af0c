import { afterAll, beforeAll, expect, test } from "vitest";
import { sandboxJournal } from "#modules/payments/rails/stripe/sandbox-journal.ts";
import { type RailJournal, verifyProject } from "#modules/verification/index.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, perUnit, type Story, storyOf } from "#test/support/story.ts";

let shop: TestApp;
let story: Story;
beforeAll(async () => {
  shop = await createTestApp();
  story = storyOf(shop);
});
afterAll(() => shop.stop());

const PEOPLE = 6;
const MONTHS = ["2026-02-01", "2026-03-01", "2026-04-01"];

/** Uses something in each month, in time and late, and lives through its end. */
async function live(plan: string): Promise<void> {
  const customer = await story.welcome({ clock: "2026-01-01" });
  const subscription = await customer.subscribes(plan);
  for (const month of MONTHS) {
    await Promise.all(["1", "2.5", "-0.5"].map((used) => subscription.uses("packages", used)));
    await customer.livesUntil(`${month}T01:00`);
    await subscription.uses("packages", "4", { occurred_at: "2026-01-20T00:00:00Z" });
  }
}

test("a verification beside writers never says what is not so", async () => {
  const plan = await story.publish([flat("2999.00"), perUnit("packages", "50.00")]);
  let isWriting = true;
  const writing = Promise.all(Array.from({ length: PEOPLE }, () => live(plan))).finally(() => {
    isWriting = false;
  });

  let rounds = 0;
  const verdict = () => verifyProject(shop.app.db, shop.projectIds.sandbox);
  while (isWriting) {
    await shop.app.loops.relay.runOnce();
    expect((await verdict()).breaches).toEqual([]);
    rounds += 1;
  }
  await writing;
  await shop.settle();

  const { breaches, checked } = await verdict();
  expect(breaches).toEqual([]);
  expect(rounds).toBeGreaterThan(3);
  expect(checked).toMatchObject({ customers: PEOPLE, usageEvents: PEOPLE * MONTHS.length * 4 });
}, 60_000);

test("a charge made while the rail's journal is read is no stray one", async () => {
  const plan = await story.publish([flat("2999.00")]);
  const ada = await story.welcome({ clock: "2026-01-01" });
  await ada.subscribes(plan);
  const journal = sandboxJournal(shop.app.sandbox.journal.charges);
  let isCharged = false;
  const chargingMeanwhile: RailJournal = {
    ...journal,
    async chargesOf(ids) {
      if (!isCharged) await ada.livesUntil("2026-02-02");
      isCharged = true;
      return journal.chargesOf(ids);
    },
  };

  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox, {
    journal: chargingMeanwhile,
  });

  expect(await ada.invoices()).toMatchObject([{ status: "paid" }]);
  expect(breaches).toEqual([]);
});
