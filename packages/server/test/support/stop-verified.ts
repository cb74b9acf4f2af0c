import { expect } from "vitest";
import { verifyProject } from "#modules/verification/index.ts";
import type { TestApp } from "./app.ts";

/** Ends a shop after its stories: all that they left in its sandbox side has to hold. */
export async function stopVerified(shop: TestApp): Promise<void> {
  const { breaches } = await verifyProject(shop.app.db, shop.projectIds.sandbox);
  expect(breaches).toEqual([]);
  await shop.stop();
}
