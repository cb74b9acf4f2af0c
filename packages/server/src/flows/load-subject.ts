import { present } from "#kernel/assert.ts";
import { ownedKey } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
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

/** Loads whose a subscription is and what it is sold on. */
export async function loadSubject(
  engine: Pick<Engine, "plans">,
  tx: Tx,
  subscription: Subscription,
): Promise<Subject> {
  const sold = await loadSold(engine, tx, [subscription]);
  return {
    customer: await getCustomer(tx, subscription.customerId),
    ...present(sold.get(ownedKey(subscription)), "every subscription holds something"),
  };
}
