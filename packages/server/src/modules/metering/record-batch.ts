import type { Clock } from "#kernel/clock.ts";
import {
  batchOutcomes,
  type PlannedEvent,
  planBatch,
  type Receipt,
  rememberingPeriodOf,
  rememberingReceiptAt,
  type UsageEvent,
  type UsageOutcome,
  type WriteException,
} from "#modules/metering/domain/index.ts";
import type { Database } from "#platform/db/database.ts";
import type { GroupConnection } from "#platform/db/group-commit-connection.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { FactsCache } from "./facts-cache.ts";
import { targetOf } from "./facts-source.ts";
import {
  findRecorded,
  isPeriodBilled,
  isUnstorable,
  recordLate,
  recordTogether,
} from "./store-recording.ts";
import type { Search } from "./store-recording-sql.ts";

/** Records a batch of one project's events over one connection; answers an outcome per event. */
export type RecordBatch = (
  projectId: number,
  batch: readonly UsageEvent[],
  connection: GroupConnection,
) => Promise<readonly UsageOutcome[]>;

export interface RecordBatchDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly facts: FactsCache;
}

/** Events that one statement can take. */
interface Part {
  readonly events: readonly PlannedEvent[];
  readonly search: Search;
  readonly isPeriodOpen: boolean;
}

interface Way {
  readonly projectId: number;
  readonly receipt: Receipt;
  readonly connection: GroupConnection;
}

/** The events of a part that were not recorded: their reference was there, or they cannot be stored. */
interface NotRecorded {
  readonly repeated: readonly PlannedEvent[];
  readonly unstorable: readonly PlannedEvent[];
}

export function createBatchRecorder({ db, clock, facts }: RecordBatchDeps): RecordBatch {
  const periodOf = rememberingPeriodOf();
  const receiptAt = rememberingReceiptAt();

  /** Writes a part; answers the events whose reference was there already. */
  async function writeOnce(part: Part, way: Way): Promise<readonly PlannedEvent[]> {
    const { events, search } = part;
    const { projectId, receipt, connection } = way;
    faultPoint("usage.planned");
    if (part.isPeriodOpen && !receipt.isTurning) {
      try {
        const repeated = await recordTogether(connection, projectId, { events, receipt, search });
        faultPoint("usage.committed");
        return repeated;
      } catch (error) {
        if (!isPeriodBilled(error)) throw error;
      }
    }
    return writeLate(db, projectId, { events, receipt, search });
  }

  /** Writes a part, and when a row of it cannot be stored, its halves: no row fails its neighbours. */
  async function write(part: Part, way: Way): Promise<NotRecorded> {
    try {
      return { repeated: await writeOnce(part, way), unstorable: [] };
    } catch (error) {
      if (!isUnstorable(error)) throw error;
    }
    const { events } = part;
    if (events.length === 1) return { repeated: [], unstorable: events };
    const middle = Math.ceil(events.length / 2);
    const one = await write({ ...part, events: events.slice(0, middle) }, way);
    const other = await write({ ...part, events: events.slice(middle) }, way);
    return {
      repeated: [...one.repeated, ...other.repeated],
      unstorable: [...one.unstorable, ...other.unstorable],
    };
  }

  async function exceptionsOf(
    projectId: number,
    { repeated, unstorable }: NotRecorded,
  ): Promise<[string, WriteException][]> {
    const kept =
      repeated.length === 0
        ? new Map<string, WriteException>()
        : await db.inProject(projectId, (tx) => findRecorded(tx, repeated));
    return [...kept, ...unstorable.map(({ key }) => [key, "unstorable"] as const)].map(
      ([key, exception]) => [key, exception],
    );
  }

  return async (projectId, batch, connection) => {
    const targets = await facts.factsOf(projectId, batch.map(targetOf));
    const serverNowMs = clock.now();
    const receipt = receiptAt(serverNowMs);
    const present = { serverNowMs, oldestMs: receipt.oldestMs, periodOf };
    const plan = planBatch(batch, targets, present);
    const exceptions = new Map<string, WriteException>();
    for (const part of partsOf(plan.events)) {
      const notRecorded = await write(part, { projectId, receipt, connection });
      for (const [key, why] of await exceptionsOf(projectId, notRecorded)) exceptions.set(key, why);
    }
    faultPoint("usage.outcomes_known");
    return batchOutcomes(plan, exceptions);
  };
}

async function writeLate(
  db: Database,
  projectId: number,
  late: Parameters<typeof recordLate>[1],
): Promise<readonly PlannedEvent[]> {
  const repeated = await db.inProject(projectId, async (tx) => {
    const found = await recordLate(tx, late);
    faultPoint("usage.late_written");
    return found;
  });
  faultPoint("usage.late_committed");
  return repeated;
}

/** Almost always one part: customers on a test clock and events of past periods are written apart. */
function partsOf(events: readonly PlannedEvent[]): Part[] {
  const parts = new Map<
    string,
    { search: Search; isPeriodOpen: boolean; events: PlannedEvent[] }
  >();
  for (const event of events) {
    const { isPeriodOpen, isOnTestClock } = event;
    const search = isOnTestClock ? "everywhere" : "receipt-months";
    const name = isPeriodOpen ? search : `late ${search}`;
    const part = parts.get(name);
    if (part === undefined) parts.set(name, { search, isPeriodOpen, events: [event] });
    else part.events.push(event);
  }
  return [...parts.values()];
}
