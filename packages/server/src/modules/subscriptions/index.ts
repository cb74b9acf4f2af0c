import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findSubscription, lockSubscription } from "./store.ts";

export {
  type PauseJson,
  pauseFromJson,
  type RestJson,
  restsFromJson,
} from "./lifecycle-json.ts";
export { type SubscriptionSnapshot, subscriptionSnapshot } from "./snapshot.ts";
export {
  findSubscriptions,
  insertSubscription,
  listPastDueIds,
  listSubscriptions,
  lockFreeSubscriptions,
  updateSubscriptions,
} from "./store.ts";
export { insertChanges, listPastTerms, type MadeChange } from "./store-changes.ts";
export { insertPeriodCloses, listPeriodCloses, type PeriodClose } from "./store-closes.ts";
export {
  claimDueSubscriptions,
  claimDueSubscriptionsOf,
  findProjectsWithDue,
  nextActionOf,
} from "./store-due.ts";

/** The subscription, or the refusal that there is none. */
export async function getSubscription(tx: Tx, key: OwnedId): Promise<Subscription> {
  return orRefused(await findSubscription(tx, key), key);
}

/** The same, kept from others until the transaction ends. */
export async function getSubscriptionLocked(tx: Tx, key: OwnedId): Promise<Subscription> {
  return orRefused(await lockSubscription(tx, key), key);
}

function orRefused(subscription: Subscription | null, key: OwnedId): Subscription {
  if (subscription !== null) return subscription;
  throw new BillingError("subscription_not_found", {
    subscription: formatOwnedId("subscription", key),
  });
}
