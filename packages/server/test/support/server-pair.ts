import { createTestApp, TEST_START_MS, type TestApp } from "./app.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { type Story, storyOf } from "./story.ts";

/** Two servers on one database, by one clock, and a story told to the first of them. */
export interface ServerPair {
  readonly clock: ManualClock;
  readonly shop: TestApp;
  readonly second: TestApp;
  readonly story: Story;
  stop(): Promise<void>;
}

export async function startServerPair(): Promise<ServerPair> {
  const clock = manualClock(TEST_START_MS);
  const shop = await createTestApp({ clock });
  const second = await createTestApp({ clock, ownerUrl: shop.ownerUrl });
  return {
    clock,
    shop,
    second,
    story: storyOf(shop),
    async stop() {
      await second.stop();
      await shop.stop();
    },
  };
}
