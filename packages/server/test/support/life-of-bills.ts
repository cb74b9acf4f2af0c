import { DAY_MS } from "#kernel/clock.ts";
import type { Json, TestApp } from "./app.ts";
import { cheap, dear, migrationsOf } from "./migrations.ts";
import { payOnPage } from "./payments/pay-on-page.ts";
import { type Customer, flat, type Story, storyOf } from "./story.ts";

/**
 * Fills the sandbox side with bills that come about otherwise than by the plan one chose: of another
 * version of it, for what was charged once, sent by terms and paid at their links, and with what was
 * paid ahead and not used.
 */
export async function tellLifeOfBills(shop: TestApp): Promise<void> {
  const story = storyOf(shop);
  await whoKeepsItems(shop, story);
  await whoIsMoved(shop, story);
  await whoIsSentBills(shop, story);
  await whoLeavesTimeUnused(story);
  await shop.settle();
}

/** Items of a customer and of a subscription: two are billed, one waits, one was deleted. */
async function whoKeepsItems(shop: TestApp, story: Story): Promise<void> {
  const ada = await story.welcome({ clock: "2026-01-01" });
  const subscription = await ada.subscribes(await story.publish([flat("20.00")]));
  const keep = async (unit_amount: string, more: object = {}): Promise<Json> => {
    const body = { customer: ada.id, description: "A device", unit_amount, ...more };
    return taken(shop, "/v1/invoice_items", body);
  };
  await keep("80.00", { quantity: "1.5" });
  await keep("-12.50", { subscription: subscription.id });
  await ada.livesUntil("2026-02-02");
  await keep("7.00", { subscription: subscription.id });
  await shop.call("DELETE", `/v1/invoice_items/${(await keep("1.00")).id}`);
}

/** Migrations of a plan at each stage: told of only, done, undone, and stopped before its first batch. */
async function whoIsMoved(shop: TestApp, story: Story): Promise<void> {
  const told = migrationsOf(shop, story);
  const moving = async (more: object = {}): Promise<string> => {
    const plan = await story.publish(cheap);
    await told.subscribers(plan, 2);
    await told.nextVersion(plan, dear);
    return told.drafted(plan, more);
  };
  await moving();
  await told.asks(await moving({ when: "now", policy: "now_prorated" }), "start");
  const undone = await moving();
  await told.asks(undone, "start");
  await told.asks(undone, "undo");
  const stopped = await moving();
  await told.taken("POST", `/v1/plan_migrations/${stopped}/start`, {});
  await told.asks(stopped, "pause");
}

/** Sent by terms of their own: one is paid at its link, one's page stands open, one is overdue. */
async function whoIsSentBills(shop: TestApp, story: Story): Promise<void> {
  const body = { payment_terms: { collection: "send", net_days: 14 } };
  const plan = await story.publish([flat("40.00", "advance")]);
  const billed = async (): Promise<[Customer, string]> => {
    const ada = await story.welcome({ clock: "2026-01-01", card: null });
    await shop.call("PATCH", `/v1/customers/${ada.id}`, { body });
    await ada.subscribes(plan);
    const [bill] = await ada.bills();
    return [ada, new URL(bill?.["payment_url"]).pathname];
  };
  const cardPage = async (path: string) =>
    String((await shop.call("GET", `${path}/card`, { token: null })).headers["location"]);

  const [, paid] = await billed();
  await payOnPage(shop.app.sandbox, await cardPage(paid));
  const [, open] = await billed();
  await cardPage(open);
  const [late] = await billed();
  await late.livesUntil("2026-01-20");
  await shop.moveTo(shop.clock.now() + DAY_MS);
}

/** Paid ahead and gone in mid-period: given back by credit, to the card, and while it rests. */
async function whoLeavesTimeUnused(story: Story): Promise<void> {
  const prices = [flat("31.00", "advance")];
  for (const unused of ["credit", "refund"]) {
    const ada = await story.welcome({ clock: "2026-01-01" });
    const subscription = await ada.subscribes(await story.publish(prices));
    await ada.livesUntil("2026-01-11");
    await subscription.cancels("now", { unused });
  }
  const eve = await story.welcome({ clock: "2026-01-01" });
  const plan = await story.publish(prices, { unused_time: { on_pause: "credit" } });
  const resting = await eve.subscribes(plan);
  await eve.livesUntil("2026-01-11");
  await resting.asks("pause");
  await eve.livesUntil("2026-01-21");
  await resting.asks("resume");
}

async function taken(shop: TestApp, path: string, body: object): Promise<Json> {
  const answer = await shop.call("POST", path, { body });
  if (answer.status < 300) return answer.body;
  throw new Error(`${path} answered ${JSON.stringify(answer.body)}`);
}
