import { closePeriodEarly, closePeriods } from "#flows/close-periods/close-periods.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { abandonPayments } from "#modules/payments/index.ts";
import {
  endedAt,
  endingAtPeriodEnd,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import {
  getSubscription,
  getSubscriptionLocked,
  updateSubscriptions,
} from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/**
 * Ends a subscription: now, billing what ran and was used so far, or when its period ends. Usage that
 * is already on its way is taken for a day longer, onto a final invoice.
 */
export async function cancelSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { atPeriodEnd }: { readonly atPeriodEnd: boolean },
): Promise<Subscription> {
  const found = await getSubscriptionLocked(tx, key);
  const { customer } = await loadSubject(engine, tx, found);
  const nowMs = customerNow(customer, engine.clock.now());
  if (found.status === "incomplete") return cancelUnstarted(engine, tx, found, nowMs);

  const current = await caughtUp(engine, tx, found, nowMs);
  if (atPeriodEnd || current.status === "canceled") {
    const ending = endingAtPeriodEnd(current, nowMs);
    await updateSubscriptions(tx, [ending]);
    return ending;
  }
  await closePeriodEarly(engine, tx, current, nowMs);
  return getSubscription(tx, key);
}

/** Closes the periods that are over and wait for their turn, so that the running one really runs. */
async function caughtUp(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  nowMs: number,
): Promise<Subscription> {
  let current = subscription;
  while (
    current.status !== "canceled" &&
    current.period !== null &&
    current.period.endMs <= nowMs
  ) {
    await closePeriods(engine, tx, [current]);
    current = await getSubscription(tx, current);
  }
  return current;
}

async function cancelUnstarted(
  engine: Engine,
  tx: Tx,
  waiting: Subscription,
  nowMs: number,
): Promise<Subscription> {
  const subscription = endedAt(waiting, nowMs);
  await updateSubscriptions(tx, [subscription]);
  await abandonPayments(tx, waiting, nowMs);
  const subject = { ...(await loadSubject(engine, tx, subscription)), subscription };
  await appendToOutbox(tx, billingEventsOf(engine, ["subscription.canceled"], subject, nowMs));
  return subscription;
}
