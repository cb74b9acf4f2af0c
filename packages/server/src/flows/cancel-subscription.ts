import { takeBackAwaited } from "#flows/change-subscription/take-back-awaited.ts";
import { closePeriodEarly } from "#flows/close-periods/close-periods.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { abandonPayments } from "#modules/payments/index.ts";
import {
  cancellationUndone,
  endedAt,
  endingAtPeriodEnd,
  isOver,
  isRunning,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import { holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/**
 * Ends a subscription: now, billing what ran and was used so far, or when its period ends. Usage that
 * is already on its way is taken for a day longer, onto a final invoice. What has not begun just ends.
 */
export async function cancelSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { atPeriodEnd }: { readonly atPeriodEnd: boolean },
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  if (!isRunning(subscription) && !isOver(subscription)) {
    if (subscription.beganMs === null) await abandonPayments(tx, subscription, nowMs);
    const ended = endedAt(subscription, nowMs);
    return changed(engine, tx, ended, { told: "subscription.canceled", nowMs });
  }
  if (atPeriodEnd || isOver(subscription)) {
    const ending = endingAtPeriodEnd(subscription, nowMs);
    await updateSubscriptions(tx, [ending]);
    if (subscription.awaitedChange !== null) {
      const { customer, plan } = await loadSubject(engine, tx, ending);
      await takeBackAwaited(engine, tx, { before: subscription, after: ending, customer, plan });
    }
    return ending;
  }
  await closePeriodEarly(engine, tx, subscription, nowMs);
  return getSubscription(tx, key);
}

/** Lets a subscription run on that was to end with its period. Said twice it is the same. */
export async function undoCancellation(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  const undone = cancellationUndone(subscription);
  if (!subscription.cancelsAtPeriodEnd) return subscription;
  return changed(engine, tx, undone, { told: "subscription.cancellation_undone", nowMs });
}

async function changed(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  { told, nowMs }: { readonly told: BillingEventType; readonly nowMs: EpochMs },
): Promise<Subscription> {
  await updateSubscriptions(tx, [subscription]);
  const subject = { ...(await loadSubject(engine, tx, subscription)), subscription };
  await appendToOutbox(tx, billingEventsOf(engine, [told], subject, nowMs));
  return subscription;
}
