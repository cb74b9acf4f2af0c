import type { TestApp } from "./app.ts";
import { type Customer, flat, type Membership, perUnit, type Story, storyOf } from "./story.ts";

/**
 * Fills the sandbox side with subscriptions that, between them, are in every state there is and have
 * come there by every way: on trial and after it, at rest, bought by the term, sold for later, changed
 * in each direction, with a change that waits for its day or for its payment.
 */
export async function tellLifeOfSubscriptions(shop: TestApp): Promise<void> {
  const story = storyOf(shop);
  await whoTriesFirst(story);
  await whoRests(story);
  await whoBuysTerms(shop, story);
  await whoBeginsLater(story);
  await whoChanges(story);
  await whoPaysForMore(story);
  await whoGoesInTheEnd(story);
  await shop.settle();
}

const PRICES = [flat("30.00", "advance"), perUnit("packages", "1.00")] as const;

async function subscriber(
  story: Story,
  plan: string,
  more: object = {},
): Promise<[Customer, Membership]> {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const membership = await ada.subscribes(plan, more);
  // What is billed in advance begins with its payment.
  await ada.livesUntil("2026-01-02");
  return [ada, membership];
}

async function whoTriesFirst(story: Story): Promise<void> {
  const plan = await story.publish(PRICES, { trial: { days: 14 } });
  const [, trying] = await subscriber(story, plan);
  await trying.uses("packages", "4");
  const [convinced, convert] = await subscriber(story, plan);
  await convert.uses("packages", "3");
  await convinced.livesUntil("2026-01-20");
  await convert.uses("packages", "2", { occurred_at: "2026-01-03T00:00:00Z" });
  await convinced.livesUntil("2026-02-16");
}

async function whoRests(story: Story): Promise<void> {
  const plan = await story.publish(PRICES);
  const [, resting] = await subscriber(story, plan);
  await resting.uses("packages", "2");
  await resting.asks("pause");
  const [rested, back] = await subscriber(story, plan);
  await back.asks("pause");
  await rested.livesUntil("2026-02-22");
  await back.asks("resume");
  await rested.livesUntil("2026-03-02");
}

async function whoBuysTerms(shop: TestApp, story: Story): Promise<void> {
  const month = { interval: { unit: "fixed_days", count: 30 }, renewal: "none" };
  const plan = await story.publish(PRICES, month);
  const [, ahead] = await subscriber(story, plan);
  await ahead.asks("renew");
  await shop.settle();
  const [gone, over] = await subscriber(story, plan);
  await over.uses("packages", "3");
  await gone.livesUntil("2026-02-10");
}

async function whoBeginsLater(story: Story): Promise<void> {
  const later = { starts_at: "2026-02-01T00:00:00Z" };
  const plan = await story.publish(PRICES);
  await (await story.welcome()).subscribes(plan, later);
  const begun = await story.welcome();
  await begun.subscribes(plan, later);
  await begun.livesUntil("2026-02-10");
}

async function whoChanges(story: Story): Promise<void> {
  const loose = { change_policy: { payment_gated: false }, quantity_policy: SEATS };
  const basic = await story.publish(PRICES, loose);
  const pro = await story.publish([flat("90.00", "advance"), perUnit("packages", "0.50")], loose);
  const extra = await story.publish([flat("3.00", "advance")], {
    kind: "add_on",
    quantity_policy: SEATS,
  });
  const [, down] = await subscriber(story, pro, { quantity: "2" });
  await down.changes({ plan: basic });
  const [ada, up] = await subscriber(story, basic, { quantity: "2" });
  await up.uses("packages", "10");
  await ada.livesUntil("2026-01-11");
  await up.changes({ plan: pro });
  await up.uses("packages", "4");
  await up.uses("packages", "1", { occurred_at: "2026-01-10T00:00:00Z" });
  await ada.livesUntil("2026-01-16");
  await up.changes({ quantity: "5" });
  await up.changes({ addons: [{ plan: extra, quantity: "2" }] });
  await up.changes({ plan: basic, when: "now" });
  await ada.livesUntil("2026-02-02");
}

const SEATS = { included: "1", step: "1" };

/** What costs more is granted when it is paid: by one at once, by one not at all, by one not yet. */
async function whoPaysForMore(story: Story): Promise<void> {
  const basic = await story.publish(PRICES);
  const pro = await story.publish([flat("90.00", "advance")]);
  for (const card of [
    "pm_card_visa",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
  ]) {
    const [ada, membership] = await subscriber(story, basic);
    await ada.gives(card);
    await membership.asks("change", { plan: pro });
  }
}

async function whoGoesInTheEnd(story: Story): Promise<void> {
  const [, leaving] = await subscriber(story, await story.publish(PRICES));
  await leaving.cancels("at period end");
}
