import { closePeriodEarly } from "#flows/close-periods/close-periods.ts";
import { toldOfEnd } from "#flows/close-periods/told-of-end.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { endedAt, isRunning, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Held, holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { keepAndTell } from "./keep-and-tell.ts";
import { loadSubject } from "./load-subject.ts";
import { takeBackUngranted } from "./take-back-invoice.ts";

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
  if (subscription.beganMs === null) {
    const subject = await loadSubject(engine, tx, ended);
    await takeBackUngranted(engine, tx, { ...subject, subscription: ended });
  }
  const told = toldOfEnd(subscription, "subscription.canceled");
  return keepAndTell(engine, tx, { subscription: ended, told, nowMs });
}
