import { present } from "#kernel/assert.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { findCheckoutsOf, paymentLink } from "#modules/checkout/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Subscribing } from "./create-subscription.ts";
import { currentUsage, type RatableUsage } from "./current-usage.ts";
import { loadSold } from "./sold-terms.ts";

/** A subscription with everything that belongs to it. */
export interface SubscriptionView {
  readonly subscription: Subscription;
  readonly customer: Customer;
  /** What it holds, add-ons included, as one plan. */
  readonly plan: PlanVersion;
  /** What the running period counts so far. */
  readonly usage: readonly RatableUsage[];
  /** Where the customer saves, or saved, a card for it; null when one was on file. */
  readonly paymentUrl: string | null;
}

/** Adds to subscriptions what belongs to them, by the same few statements however many they are. */
export async function viewSubscriptions(
  { engine, publicUrl }: Subscribing,
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<SubscriptionView[]> {
  const sold = await loadSold(engine, tx, subscriptions);
  const customers = await findCustomers(tx, [
    ...new Set(subscriptions.map(({ customerId }) => customerId)),
  ]);
  const checkouts = await findCheckoutsOf(tx, subscriptions);
  const subjects = subscriptions.map((subscription) => ({
    subscription,
    customer: present(customers.get(subscription.customerId), "a subscriber is a customer"),
    plan: present(sold.get(ownedKey(subscription)), "every subscription holds something").plan,
  }));
  const usage = await currentUsage(tx, subjects);
  return subjects.map((subject) => {
    const key = ownedKey(subject.subscription);
    const checkout = checkouts.get(key);
    return {
      ...subject,
      usage: usage.get(key) ?? [],
      paymentUrl: checkout === undefined ? null : paymentLink(publicUrl, checkout),
    };
  });
}
