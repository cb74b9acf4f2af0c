import { closePeriods } from "#flows/close-periods/close-periods.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import {
  claimDueSubscriptions,
  claimDueSubscriptionsOf,
  findProjectsWithDue,
  lockFreeSubscriptions,
} from "#modules/subscriptions/index.ts";
import type { CustomerScope, Database, Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { everyLane, everyTurn } from "#platform/jobs/every-turn.ts";
import { eachAlone, togetherOrAlone } from "#platform/jobs/together-or-alone.ts";
import type { Engine } from "./engine.ts";
import { createSetAside, type SetAside } from "./set-aside.ts";

/** Subscriptions a transaction closes at once: what one fsync and one set of statements serve. */
export const CLOSE_BATCH_MAX = 1000;

// While one batch is written the next is read and planned, so that the database and this process are
// both busy. They meet at the project's invoice numbers only, which are taken last.
const LANES = 2;
const BATCHES_PER_LANE_MAX = 4;

/**
 * Does what time asks for, by the wall clock, in every project, some batches of each. Answers how many
 * subscriptions it was done for, so that the caller comes back at once while there are more. One that
 * breaks off is set aside and holds up no other; who keeps nothing aside has its error thrown.
 */
export async function closeDue(
  engine: Engine,
  db: Database,
  aside: SetAside = nothingAside(engine),
): Promise<number> {
  const nowMs = engine.clock.now();
  const found = await db.acrossProjects((tx) =>
    findProjectsWithDue(tx, nowMs, CLOSE_BATCH_MAX, aside.all()),
  );
  const projects = new Set([...found, ...aside.rested().map(({ projectId }) => projectId)]);
  return everyTurn(
    [...projects].map((projectId) => () => closeDueIn({ engine, db, aside, projectId, nowMs })),
  );
}

function nothingAside({ clock }: Engine): SetAside {
  return createSetAside({
    clock,
    onDefect(error) {
      throw error;
    },
  });
}

/** What is due in one project. */
interface Closing {
  readonly engine: Engine;
  readonly db: Database;
  readonly aside: SetAside;
  readonly projectId: number;
  readonly nowMs: EpochMs;
}

async function closeDueIn(closing: Closing): Promise<number> {
  const { aside, projectId } = closing;
  const lane = async () => {
    let closed = 0;
    for (let batch = 0; batch < BATCHES_PER_LANE_MAX; batch += 1) {
      const count = await closeBatch(closing);
      closed += count;
      if (count < CLOSE_BATCH_MAX) break;
    }
    return closed;
  };
  const rested = aside.rested().filter((broken) => broken.projectId === projectId);
  return everyTurn([() => everyLane(LANES, lane), () => eachAlone(alone(closing), rested)]);
}

function closeBatch(closing: Closing): Promise<number> {
  const { engine, db, aside, projectId, nowMs } = closing;
  return togetherOrAlone<OwnedId>({
    ...alone(closing),
    together: (took) =>
      closeIn(
        engine,
        (work) => db.inProject(projectId, work),
        (tx) => claimDueSubscriptions(tx, nowMs, CLOSE_BATCH_MAX, { except: aside.all(), took }),
      ),
  });
}

/** How one subscription is closed, and what becomes of it where that breaks off. */
function alone({ engine, db, aside, projectId, nowMs }: Closing) {
  return {
    async alone(key: OwnedId): Promise<number> {
      // The other lane may have had it in a batch as well, and have found it broken just now.
      if (aside.isResting(key)) return 0;
      const scope = { projectId, customerId: key.customerId };
      let isFree = false;
      const count = await closeIn(
        engine,
        (work) => db.ofCustomer(scope, work),
        async (tx) => {
          const free = await lockFreeSubscriptions(tx, [key]);
          isFree = free.length > 0;
          return free.filter(isDueBy(nowMs));
        },
      );
      if (isFree) aside.remove(key);
      return count;
    },
    onDefect(error: unknown, key: OwnedId): number {
      aside.add(error, projectId, key);
      return 0;
    },
  };
}

/** Whether the wall clock asks for something: what lives on a test clock waits for that one. */
function isDueBy(nowMs: EpochMs) {
  return ({ nextActionMs, isOnTestClock }: Subscription) =>
    !isOnTestClock && nextActionMs !== null && nextActionMs <= nowMs;
}

/** The same for one customer, at an instant of the customer's own time. */
export async function closeDueOf(
  engine: Engine,
  db: Database,
  { nowMs, ...owner }: CustomerScope & { readonly nowMs: number },
): Promise<number> {
  return closeIn(
    engine,
    (work) => db.ofCustomer(owner, work),
    (tx) => claimDueSubscriptionsOf(tx, owner.customerId, nowMs),
  );
}

/** One transaction: takes what is due and does what time asks for with it. Answers how many there were. */
async function closeIn(
  engine: Engine,
  inScope: (work: (tx: Tx) => Promise<number>) => Promise<number>,
  claim: (tx: Tx) => Promise<readonly Subscription[]>,
): Promise<number> {
  const count = await inScope(async (tx) => {
    const due = await claim(tx);
    if (due.length > 0) await closePeriods(engine, tx, due);
    return due.length;
  });
  if (count > 0) faultPoint("close.committed");
  return count;
}
