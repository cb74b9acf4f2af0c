import { closePeriods } from "#flows/close-periods/close-periods.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { type OwnedId, ownedKey } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { changeDueMs, isRunning, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { findSubscriptions, getSubscriptionLocked } from "#modules/subscriptions/index.ts";
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
  const [subscription] = await caughtUp(engine, tx, [{ subscription: found, nowMs }]);
  return { subscription: present(subscription, "what is caught up with is there"), nowMs };
}

/** The same for subscriptions that this transaction holds already, in their order. */
export async function caughtUp(
  engine: Engine,
  tx: Tx,
  held: readonly Held[],
): Promise<Subscription[]> {
  let current = [...held];
  for (;;) {
    const overdue = current.filter(({ subscription, nowMs }) => isOverdue(subscription, nowMs));
    if (overdue.length === 0) return current.map(({ subscription }) => subscription);
    const due = overdue.map(({ subscription }) => subscription);
    await closePeriods(engine, tx, due);
    const closed = new Map((await findSubscriptions(tx, due)).map((one) => [ownedKey(one), one]));
    current = current.map(({ subscription, nowMs }) => ({
      subscription: closed.get(ownedKey(subscription)) ?? subscription,
      nowMs,
    }));
  }
}

/** Whether its period or its pause is over and waits to be ended, or a change to be made. */
function isOverdue(subscription: Subscription, nowMs: EpochMs): boolean {
  const { period, status, nextActionMs } = subscription;
  if (status === "paused") return nextActionMs !== null && nextActionMs <= nowMs;
  if (!isRunning(subscription) || period === null) return false;
  return Math.min(period.endMs, changeDueMs(subscription) ?? period.endMs) <= nowMs;
}
