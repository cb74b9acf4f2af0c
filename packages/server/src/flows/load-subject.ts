import { present } from "#kernel/assert.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import { findCustomers, getCustomer } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { findSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";
import { loadSold, type SoldNowAndBefore } from "./sold-terms.ts";

/** Whose a subscription is, and what it holds. */
export interface Subject extends SoldNowAndBefore {
  readonly customer: Customer;
}

/** Whom an invoice or a payment is about. */
export interface MoneySubject {
  readonly customer: Customer;
  /** Null for what belongs to no subscription. */
  readonly subscription: Subscription | null;
  readonly plan: PlanVersion | null;
}

/** Loads what an invoice or a payment is about; `subscription` is its own, or null. */
export async function loadMoneySubject(
  engine: Pick<Engine, "plans">,
  tx: Tx,
  customerId: bigint,
  subscription: Subscription | null,
): Promise<MoneySubject> {
  return subscription === null
    ? { customer: await getCustomer(tx, customerId), subscription, plan: null }
    : { ...(await loadSubject(engine, tx, subscription)), subscription };
}

/** Loads in a few statements what several invoices are about: one for each of them, in their order. */
export async function loadMoneySubjects(
  engine: Pick<Engine, "plans">,
  tx: Tx,
  invoices: readonly Pick<Invoice, "customerId" | "subscriptionId">[],
): Promise<MoneySubject[]> {
  const customers = await findCustomers(tx, [
    ...new Set(invoices.map(({ customerId }) => customerId)),
  ]);
  const found = await findSubscriptions(tx, invoices.flatMap(subscriptionOf));
  const sold = await loadSold(engine, tx, found);
  const subscriptions = new Map(
    found.map((subscription) => [ownedKey(subscription), subscription]),
  );
  return invoices.map((invoice) => {
    const customer = present(customers.get(invoice.customerId), "who is billed is a customer");
    const [key] = subscriptionOf(invoice).map(ownedKey);
    if (key === undefined) return { customer, subscription: null, plan: null };
    const subscription = present(subscriptions.get(key), "subscriptions are never deleted");
    return { customer, subscription, ...present(sold.get(key), SOMETHING) };
  });
}

function subscriptionOf({
  customerId,
  subscriptionId: id,
}: Pick<Invoice, "customerId" | "subscriptionId">): OwnedId[] {
  return id === null ? [] : [{ customerId, id }];
}

const SOMETHING = "every subscription holds something";

/** Loads whose a subscription is and what it is sold on. */
export async function loadSubject(
  engine: Pick<Engine, "plans">,
  tx: Tx,
  subscription: Subscription,
): Promise<Subject> {
  const sold = await loadSold(engine, tx, [subscription]);
  return {
    customer: await getCustomer(tx, subscription.customerId),
    ...present(sold.get(ownedKey(subscription)), SOMETHING),
  };
}
