import type { InvoiceFacts } from "#flows/close-periods/plan-close.ts";
import { planStart } from "#flows/close-periods/plan-start.ts";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import { insertCheckouts } from "#modules/checkout/index.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { type DraftInvoice, withCreditApplied } from "#modules/invoices/domain/index.ts";
import { listCredit } from "#modules/ledger/index.ts";
import { getProject, mayReturnTo } from "#modules/projects/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** Refuses an address to return to that is not on the project's list with `return_url_not_allowed`. */
export async function refuseForeignReturn(tx: Tx, returnUrl: string | null): Promise<void> {
  if (returnUrl === null || mayReturnTo(await getProject(tx), returnUrl)) return;
  throw new BillingError("return_url_not_allowed", { return_url: returnUrl });
}

/** Makes the checkout that a subscription waits for. */
export async function makeCheckout(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  returnUrl: string | null,
): Promise<void> {
  const { customer } = await loadSubject(engine, tx, subscription);
  const opening = await openingOf(engine, tx, subscription);
  const nowMs = customerNow(customer, engine.clock.now());
  await insertCheckouts(tx, [{ ...newCheckout(engine, subscription, opening, nowMs), returnUrl }]);
}

/** A subscription whose start has come, and what decides what that costs. */
interface Starting {
  readonly facts: InvoiceFacts;
  readonly subscription: Subscription;
}

/**
 * Makes the checkouts of subscriptions that were to start and found no payer, with one statement. One that
 * was made at the sale is kept while it is open; where it was completed and the card is gone since, a new
 * one takes its place.
 */
export async function openCheckouts(
  engine: Engine,
  tx: Tx,
  starting: readonly Starting[],
): Promise<void> {
  if (starting.length === 0) return;
  await insertCheckouts(
    tx,
    starting.map(({ facts, subscription }) =>
      newCheckout(engine, subscription, openingIn({ ...facts, subscription }), facts.nowMs),
    ),
  );
}

function newCheckout(
  { newId }: Engine,
  { customerId, id: subscriptionId }: Subscription,
  opening: DraftInvoice | null,
  createdAtMs: EpochMs,
): Checkout {
  return {
    customerId,
    id: newId(),
    subscriptionId,
    mode: opening === null ? "setup" : "payment",
    status: "open",
    returnUrl: null,
    rail: "stripe",
    railRef: null,
    createdAtMs,
    completedAtMs: null,
  };
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
  return openingIn({ subscription, plan, items, nowMs, invoiceId: 0n });
}

function openingIn(facts: InvoiceFacts): DraftInvoice | null {
  const { invoice: opening } = planStart({ ...facts, hasCard: true }, facts.nowMs);
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
