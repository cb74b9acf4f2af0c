import { closePeriods } from "#flows/close-periods/close-periods.ts";
import type { EpochMs } from "#kernel/clock.ts";
import {
  claimDueSubscriptions,
  claimDueSubscriptionsOf,
  findProjectsWithDue,
} from "#modules/subscriptions/index.ts";
import type { Database } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { Engine } from "./engine.ts";

/** Subscriptions a transaction closes at once: what one fsync and one set of statements serve. */
export const CLOSE_BATCH_MAX = 1000;

// While one batch is written the next is read and planned, so that the database and this process are
// both busy. They meet at the project's invoice numbers only, which are taken last.
const LANES = 2;
const BATCHES_PER_LANE_MAX = 4;

/**
 * Does what time asks for, by the wall clock, in every project, some batches of each. Answers how many
 * subscriptions were due, so that the caller comes back at once while there are more.
 */
export async function closeDue(engine: Engine, db: Database): Promise<number> {
  const nowMs = engine.clock.now();
  const projects = await db.acrossProjects((tx) => findProjectsWithDue(tx, nowMs, CLOSE_BATCH_MAX));
  let closed = 0;
  for (const projectId of projects) closed += await closeDueIn(engine, db, projectId, nowMs);
  return closed;
}

async function closeDueIn(
  engine: Engine,
  db: Database,
  projectId: number,
  nowMs: EpochMs,
): Promise<number> {
  const closeBatch = () =>
    committed(
      db.inProject(projectId, async (tx) => {
        const due = await claimDueSubscriptions(tx, nowMs, CLOSE_BATCH_MAX);
        if (due.length > 0) await closePeriods(engine, tx, due);
        return due.length;
      }),
    );
  const lane = async () => {
    let closed = 0;
    for (let batch = 0; batch < BATCHES_PER_LANE_MAX; batch += 1) {
      const count = await closeBatch();
      closed += count;
      if (count < CLOSE_BATCH_MAX) break;
    }
    return closed;
  };
  const counts = await Promise.all(Array.from({ length: LANES }, lane));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The same for one customer, at an instant of the customer's own time. */
export async function closeDueOf(
  engine: Engine,
  db: Database,
  { projectId, customerId, nowMs }: { projectId: number; customerId: bigint; nowMs: number },
): Promise<number> {
  return committed(
    db.ofCustomer({ projectId, customerId }, async (tx) => {
      const due = await claimDueSubscriptionsOf(tx, customerId, nowMs);
      if (due.length > 0) await closePeriods(engine, tx, due);
      return due.length;
    }),
  );
}

async function committed(closing: Promise<number>): Promise<number> {
  const count = await closing;
  if (count > 0) faultPoint("close.committed");
  return count;
}
