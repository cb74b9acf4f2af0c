import {
  claimDueSubscriptions,
  claimDueSubscriptionsOf,
  findProjectsWithDue,
} from "#modules/subscriptions/index.ts";
import type { Database } from "#platform/db/database.ts";
import { closePeriods } from "./close-periods/close-periods.ts";
import type { Engine } from "./engine.ts";

/** Subscriptions a transaction closes at once: what one fsync and one set of statements serve. */
export const CLOSE_BATCH_MAX = 1000;

/**
 * Does what time asks for, by the wall clock, in every project, one batch of each. Answers how many
 * subscriptions were due, so that the caller comes back at once while there are more.
 */
export async function closeDue(engine: Engine, db: Database): Promise<number> {
  const nowMs = engine.clock.now();
  const projects = await db.acrossProjects((tx) => findProjectsWithDue(tx, nowMs, CLOSE_BATCH_MAX));
  let closed = 0;
  for (const projectId of projects) {
    closed += await db.inProject(projectId, async (tx) => {
      const due = await claimDueSubscriptions(tx, nowMs, CLOSE_BATCH_MAX);
      if (due.length > 0) await closePeriods(engine, tx, due);
      return due.length;
    });
  }
  return closed;
}

/** The same for one customer, at an instant of the customer's own time. */
export async function closeDueOf(
  engine: Engine,
  db: Database,
  { projectId, customerId, nowMs }: { projectId: number; customerId: bigint; nowMs: number },
): Promise<number> {
  return db.inProject(projectId, async (tx) => {
    const due = await claimDueSubscriptionsOf(tx, customerId, nowMs);
    if (due.length > 0) await closePeriods(engine, tx, due);
    return due.length;
  });
}
