import { type WantedItems, wantedSold } from "#flows/change-subscription/target.ts";
import { makeCheckout, refuseForeignReturn } from "#flows/checkout/make-checkout.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { findCheckoutOf, paymentLink } from "#modules/checkout/index.ts";
import { type Customer, type CustomerDraft, customerNow } from "#modules/customers/domain/index.ts";
import { decideCurrency, findOrCreateByEmail } from "#modules/customers/index.ts";
import { findDefaultPaymentMethod } from "#modules/payments/index.ts";
import {
  type AskedBeginning,
  beginningOf,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscription, insertSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { findByName, type Name, takeName } from "#platform/db/lookup.ts";
import { StartAnew } from "#platform/db/start-anew.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { activateSubscription } from "./activate-subscription.ts";
import { billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { isSentInvoices } from "./payment-terms.ts";
import { heldOf, type Sold } from "./sold-terms.ts";

export interface Subscribing {
  readonly engine: Engine;
  /** Where payers reach this server. */
  readonly publicUrl: string;
}

/** What is asked for: who buys what. */
export interface NewSubscription extends WantedItems {
  readonly customerId: bigint;
  readonly planId: bigint;
  readonly title: string | null;
  /** The merchant's own id: asked again with it, the same subscription answers. */
  readonly referenceId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where the payer goes after saving a card. */
  readonly returnUrl: string | null;
  /** When and with what it begins; what is absent is as the plan says. */
  readonly beginning?: AskedBeginning;
}

/** The same for whoever is known by an e-mail address, or not yet. */
export interface NewPaymentLink extends Omit<NewSubscription, "customerId"> {
  readonly customer: CustomerDraft & { readonly email: string };
}

export interface CreatedSubscription {
  readonly subscription: Subscription;
  /** Where the customer saves, or saved, a card for it; null when one was on file, also at its start. */
  readonly paymentUrl: string | null;
}

/**
 * Sells a plan's newest version to a customer. With a card on file the subscription starts at once;
 * else it waits for one, and `paymentUrl` is where the customer gives it. A reference that is known
 * answers its first subscription as it stands, whatever became of the plan since. Refuses it, with
 * `subscription_reference_reused`, for another customer or plan: the answer would look like a success.
 */
export async function createSubscription(
  subscribing: Subscribing,
  tx: Tx,
  asked: NewSubscription,
): Promise<CreatedSubscription> {
  const first = await findByReference(tx, asked.referenceId);
  if (first === null) return sell(subscribing, tx, asked, "card_on_file");
  const created = await asItStands(subscribing, tx, first);
  const { customerId, planId } = created.subscription;
  if (customerId === asked.customerId && planId === asked.planId) return created;
  throw new BillingError("subscription_reference_reused", {
    subscription: formatOwnedId("subscription", first),
  });
}

/**
 * Makes the page on which a customer, found by e-mail address or made, saves a card and so subscribes.
 * A reference that is known answers the same link whatever else is asked, and nothing is stored.
 */
export async function createPaymentLink(
  subscribing: Subscribing,
  tx: Tx,
  { customer: draft, ...asked }: NewPaymentLink,
): Promise<CreatedSubscription> {
  const first = await findByReference(tx, asked.referenceId);
  if (first !== null) return asItStands(subscribing, tx, first);
  const { customerId } = await findOrCreateByEmail(tx, subscribing.engine, draft);
  return sell(subscribing, tx, { ...asked, customerId }, "payment_link");
}

/** `startsWith`: a card that is on file (at once, if there is one), or only the payer's own visit. */
async function sell(
  subscribing: Subscribing,
  tx: Tx,
  asked: NewSubscription,
  startsWith: "card_on_file" | "payment_link",
): Promise<CreatedSubscription> {
  const { engine } = subscribing;
  const sold = await wantedSold(tx, null, asked);
  const { plan } = sold;
  // Also where no link is made: what is wrong with a card missing is wrong with one.
  await refuseForeignReturn(tx, asked.returnUrl);
  const customer = await decideCurrency(tx, asked.customerId, plan.currency);
  const subscription = newSubscription(engine, asked, sold, customer);
  await takeReference(tx, subscription);

  await insertSubscription(tx, subscription);
  const subject = { subscription, customer, plan };
  faultPoint("subscribe.written");
  const { createdAtMs } = subscription;
  await appendToOutbox(tx, billingEventsOf(engine, ["subscription.created"], subject, createdAtMs));
  const isByLink = startsWith === "payment_link";
  if (isByLink || !(await isPayer(tx, customer)))
    await makeCheckout(engine, tx, subscription, asked.returnUrl);
  if (!isByLink) await activateSubscription(engine, tx, subscription);
  faultPoint("subscribe.begun");
  return asItStands(subscribing, tx, subscription);
}

/** Whether the customer has a card, or needs none since it is sent invoices. */
async function isPayer(tx: Tx, customer: Customer): Promise<boolean> {
  const card = await findDefaultPaymentMethod(tx, customer.customerId);
  return card !== null || (await isSentInvoices(tx, customer));
}

/** The subscription as it stands, and its payment link, if it has one. */
export async function asItStands(
  { publicUrl }: Pick<Subscribing, "publicUrl">,
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

/** What the merchant's own id named first; null when it is new, or none was given. */
async function findByReference(tx: Tx, referenceId: string | null): Promise<OwnedId | null> {
  return referenceId === null ? null : findByName(tx, referenceName(referenceId));
}

async function takeReference(tx: Tx, subscription: Subscription): Promise<void> {
  if (subscription.referenceId === null) return;
  const isFirst = await takeName(tx, referenceName(subscription.referenceId), subscription);
  if (!isFirst) {
    throw new StartAnew("Another request took the reference while this one was selling.");
  }
}

function referenceName(value: string): Name {
  return { kind: "subscription.reference", value };
}

function newSubscription(
  { clock, newId }: Engine,
  { title, referenceId, metadata, beginning: asked }: NewSubscription,
  sold: Sold,
  customer: Customer,
): Subscription {
  const { plan, addOns } = heldOf(sold);
  const nowMs = customerNow(customer, clock.now());
  const { interval, lifecycle } = sold.plan;
  const { timeZone } = customer;
  const terms = { trialDays: lifecycle.trial.days, interval, timeZone, nowMs };
  const beginning = beginningOf(asked ?? {}, terms);
  const startsAtMs = beginning?.startsAtMs ?? null;
  return {
    customerId: customer.customerId,
    id: newId(),
    ...plan,
    addOns,
    status: startsAtMs === null ? "incomplete" : "scheduled",
    title,
    referenceId,
    metadata,
    timeZone,
    interval,
    beginning,
    termsSinceMs: null,
    pendingChange: null,
    awaitedChange: null,
    anchorMs: null,
    beganMs: null,
    trialEndMs: null,
    period: null,
    termsAhead: 0,
    pause: null,
    rests: [],
    cancelsAtPeriodEnd: false,
    canceledAtMs: null,
    endedAtMs: null,
    nextActionMs: startsAtMs,
    isOnTestClock: customer.testClockAtMs !== null,
    createdAtMs: nowMs,
    activatedAtMs: null,
  };
}
