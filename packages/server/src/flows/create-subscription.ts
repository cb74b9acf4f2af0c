import { makeCheckout } from "#flows/checkout/make-checkout.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId, formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { getPlan } from "#modules/catalog/index.ts";
import { findCheckoutOf, paymentLink } from "#modules/checkout/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { decideCurrency } from "#modules/customers/index.ts";
import { findDefaultPaymentMethod } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription, insertSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findByName, takeName } from "#platform/db/lookup.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { activateSubscription } from "./activate-subscription.ts";
import { billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";

export interface Subscribing {
  readonly engine: Engine;
  /** Where payers reach this server. */
  readonly publicUrl: string;
}

/** What is asked for: who buys what. */
export interface NewSubscription {
  readonly customerId: bigint;
  readonly planId: bigint;
  readonly title: string | null;
  /** The merchant's own id: asked again with it, the same subscription answers. */
  readonly referenceId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where the payer goes after saving a card. */
  readonly returnUrl: string | null;
  /**
   * What starts it: a card that is on file (at once, if there is one), or only the payer's own visit
   * to the payment link.
   */
  readonly startsWith: "card_on_file" | "payment_link";
}

export interface CreatedSubscription {
  readonly subscription: Subscription;
  /** Where the customer saves, or saved, a card for it; null when one was on file. */
  readonly paymentUrl: string | null;
}

/**
 * Sells a plan's newest version to a customer. With a card on file the subscription starts at once;
 * else it waits for one, and `paymentUrl` is where the customer gives it.
 */
export async function createSubscription(
  subscribing: Subscribing,
  tx: Tx,
  asked: NewSubscription,
): Promise<CreatedSubscription> {
  const { engine } = subscribing;
  const plan = await planOnSale(tx, asked.planId);
  const customer = await decideCurrency(tx, asked.customerId, plan.currency);
  const subscription = newSubscription(engine, asked, plan, customer);
  const first = await firstWithReference(tx, asked.referenceId, subscription);
  if (first.id !== subscription.id) return firstAnswer(subscribing, tx, asked, first);

  await insertSubscription(tx, subscription);
  const subject = { subscription, customer, plan };
  faultPoint("subscribe.written");
  const { createdAtMs } = subscription;
  await appendToOutbox(tx, billingEventsOf(engine, ["subscription.created"], subject, createdAtMs));
  const card =
    asked.startsWith === "card_on_file"
      ? await findDefaultPaymentMethod(tx, customer.customerId)
      : null;
  if (card === null) await makeCheckout(engine, tx, subscription, asked.returnUrl);
  else await activateSubscription(engine, tx, subscription);
  faultPoint("subscribe.begun");
  return asItStands(subscribing, tx, subscription);
}

/**
 * What the reference named first. A payment link is the same whatever else is asked; a sale to another
 * customer, or of another plan, is refused: its answer would look like a success.
 */
async function firstAnswer(
  subscribing: Subscribing,
  tx: Tx,
  asked: NewSubscription,
  first: OwnedId,
): Promise<CreatedSubscription> {
  const created = await asItStands(subscribing, tx, first);
  const { customerId, planId } = created.subscription;
  const isSame = customerId === asked.customerId && planId === asked.planId;
  if (isSame || asked.startsWith === "payment_link") return created;
  throw new BillingError("subscription_reference_reused", {
    subscription: formatOwnedId("subscription", first),
  });
}

/** The subscription as it stands, and its payment link, if it has one. */
export async function asItStands(
  { publicUrl }: Subscribing,
  tx: Tx,
  key: OwnedId,
): Promise<CreatedSubscription> {
  const subscription = await getSubscription(tx, key);
  const checkout = await findCheckoutOf(tx, subscription);
  return {
    subscription,
    paymentUrl: checkout === null ? null : paymentLink(publicUrl, checkout),
  };
}

async function planOnSale(tx: Tx, planId: bigint): Promise<PlanVersion> {
  const { latest, status } = await getPlan(tx, planId);
  if (status === "active") return latest;
  throw new BillingError("plan_archived", { plan: formatId("plan", planId) });
}

async function firstWithReference(
  tx: Tx,
  referenceId: string | null,
  subscription: OwnedId,
): Promise<OwnedId> {
  if (referenceId === null) return subscription;
  const name = { kind: "subscription.reference", value: referenceId };
  if (await takeName(tx, name, subscription)) return subscription;
  return present(await findByName(tx, name), "a reference that is taken is never freed");
}

function newSubscription(
  { clock, newId }: Engine,
  { title, referenceId, metadata }: NewSubscription,
  plan: PlanVersion,
  customer: Customer,
): Subscription {
  return {
    customerId: customer.customerId,
    id: newId(),
    planId: plan.planId,
    planVersion: plan.version,
    status: "incomplete",
    title,
    referenceId,
    metadata,
    timeZone: customer.timeZone,
    interval: plan.interval,
    anchorMs: null,
    period: null,
    cancelsAtPeriodEnd: false,
    canceledAtMs: null,
    endedAtMs: null,
    nextActionMs: null,
    isOnTestClock: customer.testClockAtMs !== null,
    createdAtMs: customerNow(customer, clock.now()),
    activatedAtMs: null,
  };
}
