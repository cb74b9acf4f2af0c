import { planStart } from "#flows/close-periods/plan-start.ts";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import { BillingError } from "#kernel/error.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import { insertCheckout } from "#modules/checkout/index.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { type DraftInvoice, withCreditApplied } from "#modules/invoices/domain/index.ts";
import { listCredit } from "#modules/ledger/index.ts";
import { getProject, mayReturnTo } from "#modules/projects/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/**
 * Makes the checkout that a subscription waits for, or answers the one that it has. Refuses an
 * address to return to that is not on the project's list with `return_url_not_allowed`.
 */
export async function makeCheckout(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  returnUrl: string | null,
): Promise<Checkout> {
  if (returnUrl !== null && !mayReturnTo(await getProject(tx), returnUrl)) {
    throw new BillingError("return_url_not_allowed", { return_url: returnUrl });
  }
  const { customer } = await loadSubject(engine, tx, subscription);
  const opening = await openingOf(engine, tx, subscription);
  return insertCheckout(tx, {
    customerId: subscription.customerId,
    id: engine.newId(),
    subscriptionId: subscription.id,
    mode: opening === null ? "setup" : "payment",
    status: "open",
    returnUrl,
    rail: "stripe",
    railRef: null,
    createdAtMs: customerNow(customer, engine.clock.now()),
    completedAtMs: null,
  });
}

/** What starting a subscription now would cost; null when nothing is billed in advance, or not yet. */
async function openingOf(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
): Promise<DraftInvoice | null> {
  const { customer, plan, items } = await loadSubject(engine, tx, subscription);
  const nowMs = customerNow(customer, engine.clock.now());
  if (subscription.status !== "incomplete") return null;
  const facts = { subscription, plan, items, nowMs, invoiceId: 0n, hasCard: true };
  const { invoice: opening } = planStart(facts, nowMs);
  return opening === null || opening.totalMinor <= 0n ? null : opening;
}

/**
 * What is left to pay for starting a subscription now, in minor units, once the customer's credit is
 * applied; null when that is nothing.
 */
export async function openingDueMinor(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
): Promise<bigint | null> {
  const opening = await openingOf(engine, tx, subscription);
  if (opening === null) return null;
  const credit = await listCredit(tx, [subscription.customerId]);
  const [credited] = withCreditApplied([opening], credit);
  const dueMinor = credited === undefined ? 0n : opening.totalMinor - credited.creditAppliedMinor;
  return dueMinor === 0n ? null : dueMinor;
}
