import { activateSubscription } from "#flows/activate-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { answerOf, type RailAccess } from "#flows/rail-customer.ts";
import { saveCard } from "#flows/save-card.ts";
import { settlePayment } from "#flows/settle-payment/settle-payment.ts";
import { present } from "#kernel/assert.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Checkout } from "#modules/checkout/domain/index.ts";
import { lockCheckout, updateCheckoutCompleted } from "#modules/checkout/index.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import {
  findUntriedPayment,
  keepRailRef,
  type RailCheckout,
  type RailPaymentMethod,
} from "#modules/payments/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";

/** What completing a checkout came to. */
export interface CompletedCheckout {
  readonly checkout: Checkout;
  /** What was paid for nothing: the subscription had ended meanwhile. It is to be given back. */
  readonly strayPaymentRef: string | null;
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
  if (checkout.status === "completed") return { checkout, strayPaymentRef: null };

  const customer = await getCustomer(tx, key.customerId);
  const nowMs = customerNow(customer, engine.clock.now());
  await saveCard(engine, tx, key.customerId, card);
  const strayPaymentRef = await startSubscription(engine, tx, checkout, page);
  await updateCheckoutCompleted(tx, key, nowMs);
  faultPoint("checkout.completed");
  return {
    checkout: { ...checkout, status: "completed", completedAtMs: nowMs },
    strayPaymentRef,
  };
}

/** Answers the payment that belongs to nothing, if there is one. */
async function startSubscription(
  engine: Engine,
  tx: Tx,
  { customerId, subscriptionId }: Checkout,
  { payment: paid }: RailCheckout,
): Promise<string | null> {
  const key = { customerId, id: subscriptionId };
  const { status } = await getSubscriptionLocked(tx, key);
  if (status === "incomplete") await activateSubscription(engine, tx, key);
  if (paid === null) return null;

  const payment =
    status === "incomplete" ? await findUntriedPayment(tx, customerId, subscriptionId) : null;
  if (payment === null) return paid.ref;
  await keepRailRef(tx, payment, paid.ref);
  await settlePayment(engine, tx, {
    payment,
    attemptNumber: null,
    outcome: { type: "succeeded" },
    chargeRef: paid.latestChargeRef,
  });
  return null;
}
