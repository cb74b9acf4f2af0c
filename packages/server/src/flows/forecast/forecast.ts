import { type ClockOwner, liveOn } from "#flows/advance-clock.ts";
import type { Collector } from "#flows/collect-due-payments.ts";
import { type Written, writtenHere } from "#flows/written-here.ts";
import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer, moveTestClock } from "#modules/customers/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { undone } from "#platform/db/undone.ts";
import { supposedCollector } from "./supposed-collector.ts";

// The project's invoice numbers are held while the future is played, so it is played for some hundred
// milliseconds at the most.
const INSTANTS_MAX = 60;

/** What will have happened by an instant if nothing else is done. */
export interface Forecast extends Written {
  /** The subscription as it will stand then. */
  readonly subscription: Subscription;
  /** How far it was played: to the instant that was asked for, or as far as a forecast goes. */
  readonly untilMs: EpochMs;
}

/**
 * Plays a customer's time forward, on either side, with the code that time itself will run, in a
 * transaction that is undone. Cards that are on file are supposed to be charged; no provider is asked.
 * Refuses with `subscription_not_found` and, for an instant that is past, `time_invalid`.
 */
export function forecast(
  collector: Collector,
  projectId: number,
  key: OwnedId,
  toMs: EpochMs,
): Promise<Forecast> {
  return undone(collector.db, projectId, (tx) => played(collector, tx, key, toMs));
}

async function played(
  collector: Collector,
  tx: Tx,
  key: OwnedId,
  toMs: EpochMs,
): Promise<Forecast> {
  await getSubscription(tx, key);
  const { customerId } = key;
  const owner = { projectId: tx.projectId, customerId };
  const customer = await getCustomer(tx, customerId);
  const fromMs = customerNow(customer, collector.engine.clock.now());
  if (toMs < fromMs) {
    throw new BillingError("time_invalid", { field: "until", now: isoInstant(fromMs) });
  }

  const isOnTestClock = customer.testClockAtMs !== null;
  const untilMs = await playTo(collector, tx, owner, { fromMs, toMs, isOnTestClock });
  const written = await writtenHere(tx);
  return { ...written, subscription: await getSubscription(tx, key), untilMs };
}

interface Future {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly isOnTestClock: boolean;
}

/** Answers how far it came. */
async function playTo(
  collector: Collector,
  tx: Tx,
  owner: ClockOwner,
  { fromMs, toMs, isOnTestClock }: Future,
): Promise<EpochMs> {
  let presentMs = fromMs;
  let instants = 0;
  const playing = supposedCollector(collector, tx, { now: () => presentMs });
  try {
    await liveOn(playing, owner, {
      fromMs,
      toMs,
      async moveTo(nowMs) {
        instants += 1;
        if (instants > INSTANTS_MAX) throw new FarEnough();
        presentMs = nowMs;
        if (isOnTestClock) await moveTestClock(tx, owner.customerId, nowMs);
      },
    });
  } catch (error) {
    if (!(error instanceof FarEnough)) throw error;
  }
  return presentMs;
}

/** Leaves a future that is longer than a forecast goes. */
class FarEnough extends Error {
  override readonly name = "FarEnough";
}
