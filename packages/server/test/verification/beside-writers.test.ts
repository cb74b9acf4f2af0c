import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
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
