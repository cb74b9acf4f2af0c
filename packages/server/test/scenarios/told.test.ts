import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingEventType, billingEvents } from "#flows/billing-event.ts";
import { createTestApp, type TestApp } from "#test/support/app.ts";
import { flat, storyOf } from "#test/support/story.ts";

interface ToldEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let shop: TestApp;
let told: readonly ToldEvent[];
beforeAll(async () => {
  shop = await createTestApp();
  const story = storyOf(shop);
  const plan = await story.publish([flat("2999.00")]);
  const late = await story.welcome({ card: "pm_card_chargeCustomerFail" });
  await late.subscribes(plan);
  await late.livesUntil("2026-02-03");
  await late.gives("pm_card_visa");
  const leaving = await story.welcome();
  const subscription = await leaving.subscribes(plan);
  await subscription.cancels("now");
  await shop.settle();
  told = (await shop.call("GET", "/v1/events?limit=100")).body.data;
});
afterAll(() => shop.stop());

/** What the reference page says that an event of each of these types carries. */
const promises = Object.entries({
  "subscription.created": billingEvents["subscription.created"],
  "subscription.activated": billingEvents["subscription.activated"],
  "subscription.renewed": billingEvents["subscription.renewed"],
  "subscription.past_due": billingEvents["subscription.past_due"],
  "subscription.recovered": billingEvents["subscription.recovered"],
  "subscription.canceled": billingEvents["subscription.canceled"],
  "invoice.finalized": billingEvents["invoice.finalized"],
  "invoice.paid": billingEvents["invoice.paid"],
  "payment.succeeded": billingEvents["payment.succeeded"],
  "payment.failed": billingEvents["payment.failed"],
} satisfies Partial<Record<BillingEventType, object>>);

test.each(promises)("%s carries what the reference says, and nothing else", (type, { carries }) => {
  const events = told.filter((event) => event.type === type);
  expect(events).not.toEqual([]);
  const always = ["subscription", "customer", "plan"];
  const certain = carries.filter((part) => !part.endsWith("?"));
  const possible = carries.map((part) => part.replace("?", ""));
  for (const { data } of events) {
    const parts = Object.keys(data);
    expect(parts).toEqual(expect.arrayContaining([...always, ...certain]));
    expect([...always, ...possible]).toEqual(expect.arrayContaining(parts));
  }
});
