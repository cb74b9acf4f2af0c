import { takeBackAwaited } from "#flows/change-subscription/take-back-awaited.ts";
import { giveBackUnused } from "#flows/give-back-unused.ts";
import { loadWaiting } from "#flows/sold-terms.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import type { UnusedOnCancel } from "#modules/catalog/domain/index.ts";
import {
  cancellationUndone,
  endingAtPeriodEnd,
  isOver,
  refuseUnless,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { BillingEventType } from "./billing-event.ts";
import { holdPresent } from "./catch-up.ts";
import { endHeld } from "./end-subscription.ts";
import type { Engine } from "./engine.ts";
import { keepAndTell } from "./keep-and-tell.ts";
import { loadSubject } from "./load-subject.ts";
import { takeBackUngranted } from "./take-back-invoice.ts";

/** When a subscription is to end, and what of it is given back. */
export interface AskedCancellation {
  readonly atPeriodEnd: boolean;
  /** What becomes of time that was paid for and is not used, where it ends now. Null leaves it to the plan. */
  readonly unused: UnusedOnCancel | null;
}

/**
 * Ends a subscription: now, billing what ran and was used so far, or when its period ends. Usage that
 * is already on its way is taken for a day longer, onto a final invoice. What has not begun just
 * ends; what rests has no period, and can be ended now only. Refuses with
 * `subscription_transition_refused`, and with `payment_under_way` while an invoice of which something is
 * to be given back is being charged.
 */
export async function cancelSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { atPeriodEnd, unused }: AskedCancellation,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  if (isOver(subscription))
    refuseUnless(subscription, atPeriodEnd ? "cancel_at_period_end" : "end_now");
  if (atPeriodEnd && subscription.beganMs !== null) {
    const waiting = await waitingInterval(engine, tx, subscription);
    const ending = endingAtPeriodEnd(subscription, nowMs, waiting);
    const told = toldOfEnding(subscription, ending);
    await keepAndTell(engine, tx, { subscription: ending, told, nowMs });
    if (subscription.awaitedChange === null) return ending;
    const { customer, plan } = await loadSubject(engine, tx, ending);
    await takeBackAwaited(engine, tx, { before: subscription, after: ending, customer, plan });
    return ending;
  }
  const { plan, customer } = await loadSubject(engine, tx, subscription);
  await takeBackUngranted(engine, tx, { customer, plan, subscription });
  const to = unused ?? plan.lifecycle.unusedTime.onCancel;
  const given = { to, atMs: nowMs, reason: "Unused after the cancellation" };
  const after = await giveBackUnused(engine, tx, subscription, given);
  return endHeld(engine, tx, { subscription: after, nowMs });
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
  const told = ["subscription.cancellation_undone"] as const;
  return keepAndTell(engine, tx, { subscription: undone, told, nowMs });
}

/** The interval of the change that waits for its time, if one does. */
async function waitingInterval(
  engine: Engine,
  tx: Tx,
  { pendingChange }: Subscription,
): Promise<Interval | null> {
  if (pendingChange === null) return null;
  return (await loadWaiting(engine, tx, pendingChange)).plan.interval;
}

/** That it is to end is told once; a change that is not made for it, too. */
function toldOfEnding(before: Subscription, after: Subscription): BillingEventType[] {
  const isDropped = before.pendingChange !== null && after.pendingChange === null;
  return [
    ...(before.cancelsAtPeriodEnd ? [] : (["subscription.cancellation_scheduled"] as const)),
    ...(isDropped ? (["subscription.change_withdrawn"] as const) : []),
  ];
}
