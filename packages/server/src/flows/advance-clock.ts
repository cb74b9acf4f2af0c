import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import { getCustomer, moveTestClock } from "#modules/customers/index.ts";
import { nextOverdueOf } from "#modules/invoices/index.ts";
import { nextAttemptOf } from "#modules/payments/index.ts";
import { nextActionOf } from "#modules/subscriptions/index.ts";
import type { CustomerScope, Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { closeDueOf } from "./close-due.ts";
import { type Collector, collectDueOf } from "./collect-due-payments.ts";
import { tellOverdueOf } from "./tell-overdue.ts";

/** Whose clock moves, and in which project. */
export type ClockOwner = CustomerScope;

// A period that ends, a charge that fails at once: a few things may share an instant. More than this
// means that something stays due whatever is done about it.
const PASSES_PER_INSTANT_MAX = 8;

/**
 * Moves a customer's test clock to `toMs`, stopping at every instant on the way at which time has
 * something to do, and doing it with the code that does it in production. Each instant is committed
 * before the next: what breaks off half-way goes on from there when it is asked again.
 */
export async function advanceClock(
  collector: Collector,
  owner: ClockOwner,
  toMs: EpochMs,
): Promise<void> {
  const { db } = collector;
  const fromMs = await currentClock(db, owner, toMs);
  await liveOn(collector, owner, {
    fromMs,
    toMs,
    async moveTo(nowMs) {
      await db.ofCustomer(owner, (tx) => moveTestClock(tx, owner.customerId, nowMs));
      faultPoint("clock.moved");
    },
  });
  faultPoint("clock.arrived");
}

/** A stretch of a customer's time. */
export interface Stretch {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Makes an instant the customer's present. */
  moveTo(nowMs: EpochMs): Promise<void>;
}

/** Does what time asks for of one customer, instant by instant, and ends at the stretch's end. */
export async function liveOn(
  collector: Collector,
  owner: ClockOwner,
  { fromMs, toMs, moveTo }: Stretch,
): Promise<void> {
  const { db } = collector;
  let nowMs = fromMs;
  let passes = 0;
  for (;;) {
    const dueMs = await nextDue(db, owner);
    if (dueMs === null || dueMs > toMs) break;
    passes = dueMs > nowMs ? 1 : passes + 1;
    if (passes > PASSES_PER_INSTANT_MAX) throw stuckAt(nowMs);
    nowMs = Math.max(nowMs, dueMs);
    await moveTo(nowMs);
    await closeDueOf(collector.engine, db, { ...owner, nowMs });
    faultPoint("clock.closed");
    // What the rail leaves open rests for longer than a request should be waited for.
    if (!(await collectDueOf(collector, { ...owner, nowMs }))) throw stuckAt(nowMs);
    await tellOverdueOf(collector.engine, db, { ...owner, nowMs });
  }
  await moveTo(toMs);
}

async function currentClock(db: Database, owner: ClockOwner, toMs: EpochMs): Promise<EpochMs> {
  const { testClockAtMs } = await db.ofCustomer(owner, (tx) => getCustomer(tx, owner.customerId));
  if (testClockAtMs === null) {
    throw new BillingError("test_clock_absent", {
      customer: formatId("customer", owner.customerId),
    });
  }
  if (toMs < testClockAtMs) {
    throw new BillingError("clock_not_ahead", { now: isoInstant(testClockAtMs) });
  }
  return testClockAtMs;
}

async function nextDue(db: Database, owner: ClockOwner) {
  const { customerId } = owner;
  return db.ofCustomer(owner, async (tx) => {
    const instants = [
      await nextActionOf(tx, customerId),
      await nextAttemptOf(tx, customerId),
      await nextOverdueOf(tx, customerId),
    ];
    const planned = instants.filter((instantMs) => instantMs !== null);
    return planned.length === 0 ? null : Math.min(...planned);
  });
}

function stuckAt(nowMs: EpochMs): BillingError {
  return new BillingError("rail_unavailable", { clock_stopped_at: isoInstant(nowMs) });
}
