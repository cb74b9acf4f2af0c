import { closePeriods } from "#flows/close-periods/close-periods.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { isRunning, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription, getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";

/** A subscription that this transaction holds, and its customer's present. */
export interface Held {
  readonly subscription: Subscription;
  readonly nowMs: EpochMs;
}

/**
 * Takes a subscription, and closes the periods of it that are over and wait for their turn, so that
 * what it says of the present is so. Refuses with `subscription_not_found`.
 */
export async function holdPresent(engine: Engine, tx: Tx, key: OwnedId): Promise<Held> {
  const found = await getSubscriptionLocked(tx, key);
  const nowMs = customerNow(await getCustomer(tx, key.customerId), engine.clock.now());
  return { subscription: await caughtUp(engine, tx, found, nowMs), nowMs };
}

async function caughtUp(
  engine: Engine,
  tx: Tx,
  found: Subscription,
  nowMs: EpochMs,
): Promise<Subscription> {
  let current = found;
  while (isOverdue(current, nowMs)) {
    await closePeriods(engine, tx, [current]);
    current = await getSubscription(tx, current);
  }
  return current;
}

/** Whether its period or its pause is over and waits to be ended, or a change to be made. */
function isOverdue(subscription: Subscription, nowMs: EpochMs): boolean {
  const { period, status, nextActionMs, pendingChange } = subscription;
  if (status === "paused") return nextActionMs !== null && nextActionMs <= nowMs;
  if (!isRunning(subscription) || period === null) return false;
  const changeMs = pendingChange?.atMs ?? Number.POSITIVE_INFINITY;
  return Math.min(period.endMs, changeMs) <= nowMs;
}
