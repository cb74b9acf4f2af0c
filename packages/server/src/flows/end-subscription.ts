import { closePeriodEarly } from "#flows/close-periods/close-periods.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { abandonPayments } from "#modules/payments/index.ts";
import { endedAt, isRunning, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billingEventsOf } from "./billing-event.ts";
import { type Held, holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/**
 * Ends a subscription now, billing what ran and was used so far; what was paid for longer is not given
 * back. Refuses with `subscription_transition_refused` what is over.
 */
export async function endSubscription(engine: Engine, tx: Tx, key: OwnedId): Promise<void> {
  await endHeld(engine, tx, await holdPresent(engine, tx, key));
}

/** The same with one that this transaction holds, in its present. */
export async function endHeld(
  engine: Engine,
  tx: Tx,
  { subscription, nowMs }: Held,
): Promise<Subscription> {
  if (isRunning(subscription)) {
    await closePeriodEarly(engine, tx, subscription, nowMs);
    return getSubscription(tx, subscription);
  }
  const ended = endedAt(subscription, nowMs);
  if (subscription.beganMs === null) await abandonPayments(tx, subscription, nowMs);
  await updateSubscriptions(tx, [ended]);
  const subject = { ...(await loadSubject(engine, tx, ended)), subscription: ended };
  await appendToOutbox(tx, billingEventsOf(engine, ["subscription.canceled"], subject, nowMs));
  return ended;
}
