import type { Engine } from "#flows/engine.ts";
import {
  loadSold,
  type Sold,
  type SoldNowAndBefore,
  soldOf,
  versionKeys,
} from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { groupBy } from "#kernel/group-by.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import { hasSharedMetrics } from "#modules/catalog/domain/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import { type InvoiceItem, termsFor } from "#modules/invoices/domain/index.ts";
import { lockPendingItems } from "#modules/invoices/index.ts";
import { lockUnbilledCounters } from "#modules/metering/index.ts";
import { listOwing, listPayers } from "#modules/payments/index.ts";
import { getProject } from "#modules/projects/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { withPlanFacts } from "./line-facts.ts";
import type { CloseFacts } from "./plan-close.ts";

export interface LoadedFacts extends CloseFacts {
  readonly customer: Customer;
}

/** Loads, in a few statements, what decides the bills of subscriptions that this transaction holds. */
export async function loadCloseFacts(
  engine: Engine,
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<LoadedFacts[]> {
  const customers = await findCustomers(tx, [
    ...new Set(subscriptions.map(({ customerId }) => customerId)),
  ]);
  const sold = await loadSold(engine, tx, subscriptions);
  const soldTo = (subscription: Subscription) =>
    present(sold.get(ownedKey(subscription)), "every subscription holds something");
  const pending = await loadPending(engine, tx, subscriptions);
  const counters = bySubscription(
    await lockUnbilledCounters(
      tx,
      subscriptions.map((subscription) => ({
        customerId: subscription.customerId,
        id: subscription.id,
        hasSharedMetrics: isMeteredTogether(soldTo(subscription)),
      })),
    ),
  );
  const counted = subscriptions.map((subscription) => ({
    subscription,
    ...soldTo(subscription),
    counters: counters.get(ownedKey(subscription)) ?? [],
  }));
  const loaded = await withPlanFacts(tx, counted);
  const payers = await payersAmong(tx, subscriptions, customers);
  const owing = await owingAmong(tx, subscriptions);
  const items = await pendingItemsOf(tx, subscriptions);
  return loaded.map((facts) => {
    const { customerId } = facts.subscription;
    const customer = present(customers.get(customerId), A_CUSTOMER);
    return {
      ...facts,
      customer,
      next: pending.get(ownedKey(facts.subscription)) ?? null,
      nowMs: customerNow(customer, engine.clock.now()),
      invoiceId: engine.newId(),
      changeId: engine.newId(),
      hasCard: payers.has(customerId),
      isOwing: owing.has(ownedKey(facts.subscription)),
      pendingItems: items.get(ownedKey(facts.subscription)) ?? [],
      runningLines: [],
    };
  });
}

/**
 * What waits to be charged once, by `ownedKey`: what is for the subscription, and what is for none of its
 * customer's, which the first of these to bill it takes. What has not begun may never be paid for, and
 * takes nothing.
 */
async function pendingItemsOf(
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<Map<string, InvoiceItem[]>> {
  const begun = subscriptions.filter(({ beganMs }) => beganMs !== null);
  const ofCustomer = groupBy(await lockPendingItems(tx, begun), ({ customerId }) => customerId);
  return new Map(
    begun.map((subscription) => {
      const { customerId, id } = subscription;
      const items = ofCustomer.get(customerId) ?? [];
      const isFor = ({ subscriptionId }: InvoiceItem) => (subscriptionId ?? id) === id;
      return [ownedKey(subscription), items.filter(isFor)];
    }),
  );
}

/** Those that owe, by `ownedKey`, asked for where something rests: it may go on. */
async function owingAmong(tx: Tx, subscriptions: readonly Subscription[]): Promise<Set<string>> {
  const resting = subscriptions.filter(({ status }) => status === "paused");
  const owing = resting.length === 0 ? [] : await listOwing(tx, resting);
  return new Set(owing.map(ownedKey));
}

const BEFORE_FIRST_CHARGE: ReadonlySet<Subscription["status"]> = new Set([
  "incomplete",
  "scheduled",
  "trialing",
]);

/**
 * Customers with a card, or who need none since they are sent invoices; asked for where something begins
 * to be charged: nothing else depends on it.
 */
async function payersAmong(
  tx: Tx,
  subscriptions: readonly Subscription[],
  customers: ReadonlyMap<bigint, Customer>,
): Promise<Set<bigint>> {
  const beginning = subscriptions.filter(({ status }) => BEFORE_FIRST_CHARGE.has(status));
  if (beginning.length === 0) return new Set();
  const asked = [...new Set(beginning.map(({ customerId }) => customerId))];
  const { paymentTerms } = await getProject(tx);
  const isSent = (customerId: bigint) =>
    termsFor(present(customers.get(customerId), A_CUSTOMER).paymentTerms, paymentTerms)
      .collection === "send";
  return new Set([...asked.filter(isSent), ...(await listPayers(tx, asked))]);
}

const A_CUSTOMER = "a subscriber is a customer";

/** What subscriptions are to hold whose change waits, by `ownedKey`. */
async function loadPending(
  { plans }: Pick<Engine, "plans">,
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<Map<string, Sold>> {
  const waiting = subscriptions.flatMap(({ customerId, id, pendingChange }) =>
    pendingChange === null ? [] : [{ customerId, id, pendingChange }],
  );
  const keys = waiting.flatMap(({ pendingChange }) => versionKeys(pendingChange));
  const versions = await plans.planVersions(tx, keys);
  return new Map(
    waiting.map(({ pendingChange, ...key }) => [ownedKey(key), soldOf(pendingChange, versions)]),
  );
}

/** Whether any of its plans, of now or before, has meters that read the same events. */
function isMeteredTogether({ plan, past }: SoldNowAndBefore): boolean {
  return [plan, ...past.map((before) => before.plan)].some(hasSharedMetrics);
}

interface OfSubscription extends Pick<OwnedId, "customerId"> {
  readonly subscriptionId: bigint;
}

function bySubscription<Item extends OfSubscription>(items: readonly Item[]): Map<string, Item[]> {
  return groupBy(items, ({ customerId, subscriptionId: id }) => ownedKey({ customerId, id }));
}
