import { activateSubscription } from "#flows/activate-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { keepStrayPayment } from "#flows/money-back/keep-stray-payment.ts";
import { answerOf, type RailAccess } from "#flows/rail-customer.ts";
import { saveCard } from "#flows/save-card.ts";
import { settlePagePayment } from "#flows/settle-payment/settle-page-payment.ts";
import { present } from "#kernel/assert.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import { lockCheckout, updateCheckoutCompleted } from "#modules/checkout/index.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { RailPayment } from "#modules/payments/domain/index.ts";
import {
  findPaymentByRailRef,
  findUntriedPayment,
  type RailCheckout,
  type RailPaymentMethod,
} from "#modules/payments/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";

/** What completing a checkout came to. */
export interface CompletedCheckout {
  readonly checkout: Checkout;
  /** The subscription had ended meanwhile, or was paid on another page: the money is given back. */
  readonly wasPaidForNothing: boolean;
}

/**
 * Takes over what a payer did on the rail's page: the card is saved, the subscription starts, and
 * what was paid there pays its first invoice. `page` is the rail's own word, asked for just before.
 * Told twice, by the payer's return and by the rail's notice, it happens once. Null while the page
 * is not completed, and when the checkout is another server's.
 */
export async function completeCheckout(
  { engine, db, rails }: RailAccess,
  projectId: number,
  key: OwnedId,
  page: RailCheckout,
): Promise<CompletedCheckout | null> {
  if (page.status !== "completed") return null;
  const methodRef = present(page.paymentMethodRef, "a completed page leaves a card");
  const card = answerOf(await rails(projectId).retrievePaymentMethod(methodRef));
  const completed = await db.ofCustomer({ projectId, customerId: key.customerId }, (tx) =>
    takeOver(engine, tx, key, page, card),
  );
  faultPoint("checkout.committed");
  return completed;
}

async function takeOver(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  page: RailCheckout,
  card: RailPaymentMethod,
): Promise<CompletedCheckout | null> {
  const checkout = await lockCheckout(tx, key);
  if (checkout === null) return null;
  const { payment: paid } = page;
  if (checkout.status === "completed") {
    return {
      checkout,
      wasPaidForNothing: paid !== null && (await isStray(engine, tx, checkout, paid)),
    };
  }

  const customer = await getCustomer(tx, key.customerId);
  const nowMs = customerNow(customer, engine.clock.now());
  await saveCard(engine, tx, key.customerId, card);
  const isApplied = await startSubscription(engine, tx, checkout, page);
  await updateCheckoutCompleted(tx, key, nowMs);
  faultPoint("checkout.completed");
  return {
    checkout: { ...checkout, status: "completed", completedAtMs: nowMs },
    wasPaidForNothing: paid !== null && !isApplied && (await isStray(engine, tx, checkout, paid)),
  };
}

/** Keeps money that pays no invoice, to be given back. False when it does pay one. */
async function isStray(
  engine: Engine,
  tx: Tx,
  { customerId, subscriptionId, rail }: Checkout,
  paid: RailPayment,
): Promise<boolean> {
  const kept = await findPaymentByRailRef(tx, customerId, paid.ref);
  if (kept !== null) return kept.invoiceId === null;
  if (paid.status !== "succeeded") return false;
  await keepStrayPayment(engine, tx, { customerId, subscriptionId }, { rail, paid });
  return true;
}

/** Answers whether what was paid on the page, if anything, pays the first invoice. */
async function startSubscription(
  engine: Engine,
  tx: Tx,
  { customerId, subscriptionId }: Checkout,
  { payment: paid }: RailCheckout,
): Promise<boolean> {
  const key = { customerId, id: subscriptionId };
  const { status } = await getSubscriptionLocked(tx, key);
  if (status === "incomplete") {
    await activateSubscription(engine, tx, key, paid === null ? null : paid.amountMinor);
  }
  if (paid === null) return false;

  const payment =
    status === "incomplete" ? await findUntriedPayment(tx, customerId, subscriptionId) : null;
  // The customer's credit may have changed since the page was opened: the card then pays what is due.
  if (payment === null || payment.amountMinor !== paid.amountMinor) return false;
  await settlePagePayment(engine, tx, payment, paid);
  return true;
}
