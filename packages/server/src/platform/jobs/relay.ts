import type { Database, Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import type { LoggedEvent } from "./event-log.ts";
import { lockLastNumber, moveToLog, oldestInOutbox, projectsWithOutbox } from "./event-log.ts";
import type { Log } from "./log.ts";

/**
 * A reaction that belongs to the events themselves: it is written in the transaction that numbers
 * them, once for each event. It does SQL only, since the transaction may be repeated as a whole, and
 * it reads no other project.
 */
export type EventConsumer = (tx: Tx, events: readonly LoggedEvent[]) => Promise<void>;

export interface RelayOptions {
  readonly db: Database;
  readonly consumers: readonly EventConsumer[];
  readonly log: Log;
  /** How many events one transaction moves. */
  readonly batchSize?: number;
}

/** Answers how many events it moved. */
export type RelayPass = () => Promise<number>;

const BATCH_SIZE = 500;

/**
 * Makes the pass that empties the outbox into the event log. Projects take turns, a batch each, so
 * that a long backlog of one does not hold up the others; a project whose batch fails is logged,
 * left as it was, and tried again in the next pass.
 */
export function createRelayPass(options: RelayOptions): RelayPass {
  const { db, consumers, log, batchSize = BATCH_SIZE } = options;

  async function relayOf(projectId: number): Promise<number> {
    try {
      const count = await db.inProject(projectId, (tx) => relayBatch(tx, consumers, batchSize));
      if (count > 0) faultPoint("relay.committed");
      return count;
    } catch (error) {
      log.error({ err: error, projectId }, "events of a project could not be relayed");
      return 0;
    }
  }

  return async () => {
    let total = 0;
    let waiting = await db.acrossProjects(projectsWithOutbox);
    while (waiting.length > 0) {
      const unfinished: number[] = [];
      for (const projectId of waiting) {
        const count = await relayOf(projectId);
        total += count;
        if (count === batchSize) unfinished.push(projectId);
      }
      waiting = unfinished;
    }
    return total;
  };
}

/**
 * Moves the oldest events of a project. The number's row is locked before the outbox is read: a
 * second relay waits there, and then sees neither the rows nor the numbers that the first one took.
 */
async function relayBatch(
  tx: Tx,
  consumers: readonly EventConsumer[],
  batchSize: number,
): Promise<number> {
  const lastNumber = await lockLastNumber(tx);
  const waiting = await oldestInOutbox(tx, batchSize);
  if (waiting.length === 0) return 0;

  const events = waiting.map((event, index) => ({
    ...event,
    number: lastNumber + BigInt(index) + 1n,
  }));
  await moveToLog(tx, events);
  faultPoint("relay.logged");
  for (const consume of consumers) await consume(tx, events);
  faultPoint("relay.consumed");
  return events.length;
}
