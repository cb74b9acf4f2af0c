import { present } from "#kernel/assert.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { planKey } from "#modules/catalog/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";

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
  { plans }: Pick<Engine, "plans">,
  tx: Tx,
  subscription: Subscription,
): Promise<{ readonly customer: Customer; readonly plan: PlanVersion }> {
  const key = { planId: subscription.planId, version: subscription.planVersion };
  const versions = await plans.planVersions(tx, [key]);
  return {
    customer: await getCustomer(tx, subscription.customerId),
    plan: present(versions.get(planKey(key)), "a subscription's plan version is never deleted"),
  };
}
