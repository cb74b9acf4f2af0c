import { afterAll, beforeAll, expect, test } from "vitest";
import { listSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, priced, storyOf } from "#test/support/story.ts";
import { viewSubscriptions } from "./view-subscriptions.ts";

let shop: TestApp;
beforeAll(async () => {
  shop = await createTestApp();
});
afterAll(() => shop.stop());

/** What the newest subscriptions look like, and how many statements that took. */
const viewed = (limit: number) =>
  shop.app.db.inProject(shop.projectIds.sandbox, async (tx) => {
    const found = await listSubscriptions(tx, {}, { before: null, limit });
    let statementCount = 0;
    const counting: Tx = {
      projectId: tx.projectId,
      query: (sql, values) => {
        statementCount += 1;
        return tx.query(sql, values);
      },
    };
    const subscribing = { engine: shop.app.engine, publicUrl: "https://billing.example" };
    return { views: await viewSubscriptions(subscribing, counting, found), statementCount };
  });

test("many subscriptions are seen by as many statements as one", async () => {
  const story = storyOf(shop);
  const model = { type: "percentage", rate: "0.1", fee_per_event: "0.5" };
  const plan = await story.publish([flat("1.00"), priced("sales", model)]);
  for (const quantity of ["100", "200", "300"]) {
    const ada = await story.welcome();
    await (await ada.subscribes(plan)).uses("sales", quantity);
  }

  const [one, all] = [await viewed(1), await viewed(3)];

  expect(all.statementCount).toBe(one.statementCount);
  const quantities = all.views.map(({ usage }) => usage.map(({ quantity }) => quantity));
  expect(quantities).toEqual([[300_000_000_000n], [200_000_000_000n], [100_000_000_000n]]);
  expect(all.views.map(({ usage }) => usage[0]?.events?.count)).toEqual(
    all.views.map(() => 1_000_000_000n),
  );
});
