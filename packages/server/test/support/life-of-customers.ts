import type { TestApp } from "./app.ts";
import { flat, perUnit, type Story, storyOf, tiered } from "./story.ts";

/**
 * Fills the sandbox side with customers to whom, between them, everything has happened that leaves a
 * trace: usage in time, late and corrected, prices of each kind, bills paid, declined and given up,
 * subscriptions that run, wait, end and have ended.
 */
export async function tellLifeOfCustomers(shop: TestApp): Promise<void> {
  const story = storyOf(shop);
  const shipping = await story.publish([
    flat("2999", "arrears"),
    perUnit("packages", "50"),
    perUnit("returns", "100"),
  ]);
  const calls = await story.publish([
    flat("20", "advance"),
    tiered("calls", "graduated", [
      ["100", "0.5"],
      [null, "0.333333333"],
    ]),
  ]);
  await whoShips(story, shipping);
  await whoCallsAndLeaves(shop, story, calls);
  await whoMovesMoney(story);
  await whoDoesNothing(story);
  await whoCannotPay(story, shipping);
  const waiting = await story.welcome({ clock: null, card: null });
  await waiting.subscribes(calls);
  await shop.settle();
}

async function whoShips(story: Story, plan: string): Promise<void> {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(plan);
  await subscription.uses("packages", "150");
  await subscription.uses("returns", "12");
  await subscription.uses("packages", "-3", { properties: { reason: "damaged" } });
  await ada.livesUntil("2026-02-03");
  await subscription.uses("packages", "7", { occurred_at: "2026-01-31T23:00:00Z" });
  await subscription.uses("packages", "5");
  await ada.livesUntil("2026-03-02");
  await subscription.uses("returns", "0.000000001");
}

async function whoCallsAndLeaves(shop: TestApp, story: Story, plan: string): Promise<void> {
  const bell = await story.welcome({ clock: "2026-01-01" });
  const subscription = await bell.subscribes(plan);
  // Its first period is paid for in advance, and begins with that.
  await shop.settle();
  await subscription.uses("calls", "250.5");
  await bell.livesUntil("2026-02-10");
  await subscription.cancels("now");
  await subscription.uses("calls", "9", { occurred_at: "2026-02-09T00:00:00Z" });
  await bell.livesUntil("2026-02-12");
}

/** A price with a fee for each event, in a period that has to come to something. */
async function whoMovesMoney(story: Story): Promise<void> {
  const model = { type: "percentage", rate: "0.029", fee_per_event: "0.3", fee_maximum: "20" };
  const transfers = { kind: "usage", name: "transfers", metric: "transfers", model };
  const plan = await story.publish([flat("5", "arrears"), transfers], { minimum_spend: "100" });
  const cash = await story.welcome({ clock: "2026-01-01" });
  const subscription = await cash.subscribes(plan);
  await subscription.uses("transfers", "1000");
  await subscription.uses("transfers", "250.25");
  await cash.livesUntil("2026-02-02");
  await subscription.uses("transfers", "4000", { occurred_at: "2026-01-30T00:00:00Z" });
  await cash.livesUntil("2026-03-02");
}

async function whoDoesNothing(story: Story): Promise<void> {
  const idle = await story.welcome({ clock: "2026-01-01" });
  await idle.subscribes(await story.publish([perUnit("pages", "1")]));
  await idle.livesUntil("2026-02-05");
}

/** One whose card is tried again still, and one whose subscription has ended over it. */
async function whoCannotPay(story: Story, plan: string): Promise<void> {
  const poor = await story.welcome({ clock: "2026-01-01" });
  await poor.subscribes(plan);
  await poor.gives("pm_card_chargeCustomerFail");
  await poor.livesUntil("2026-02-04");

  const lost = await story.welcome({ clock: "2026-01-01", timeZone: "America/Jamaica" });
  await lost.subscribes(plan);
  await lost.gives("pm_card_chargeCustomerFail");
  await lost.livesUntil("2026-03-01");
}
