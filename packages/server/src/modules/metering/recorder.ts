import { present } from "#kernel/assert.ts";
import type { Clock } from "#kernel/clock.ts";
import type { UsageEvent, UsageOutcome } from "#modules/metering/domain/index.ts";
import type { Database } from "#platform/db/database.ts";
import { createGroupCommit } from "#platform/db/group-commit.ts";
import { openGroupConnection } from "#platform/db/group-commit-connection.ts";
import { createFactsCache } from "./facts-cache.ts";
import { createFactsSource } from "./facts-source.ts";
import { createBatchRecorder } from "./record-batch.ts";

export interface UsageRecorder {
  /**
   * Records events of a project; answers one outcome per event, in their order, once all of them are
   * committed. Throws `server_busy` when too much is waiting and `database_unavailable`; what was
   * recorded by then is found to be a duplicate when the events are sent again.
   */
  readonly record: (
    projectId: number,
    events: readonly UsageEvent[],
  ) => Promise<readonly UsageOutcome[]>;
  /** To be called after a change of a customer's subscriptions has been committed. */
  readonly forget: (projectId: number, customerId: bigint) => void;
  /** Waits for what was handed in and closes the connections. */
  close(): Promise<void>;
}

export interface UsageRecorderOptions {
  readonly db: Database;
  /** The database's URL: recording has connections of its own. */
  readonly url: string;
  /** The server's clock. */
  readonly clock: Clock;
  /** How long facts about subscriptions are believed. 0 reads them for every batch. Default 5,000. */
  readonly factsAgeMaxMs?: number;
  /** How many events may wait to be written. Default 50,000. */
  readonly waitingMax?: number;
}

const WRITERS = 2;
const EVENTS_PER_STATEMENT_MAX = 2_000;

/** Records usage events in groups: one commit serves all the requests that are in flight. */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { db, url, clock } = options;
  const facts = createFactsCache({
    load: createFactsSource({ db }),
    ageMaxMs: options.factsAgeMaxMs ?? 5_000,
    monotonicMs: () => performance.now(),
  });
  const recordBatch = createBatchRecorder({ db, clock, facts });
  const connections = Array.from({ length: WRITERS }, () => openGroupConnection({ url }));
  const group = createGroupCommit<UsageEvent, UsageOutcome>({
    writers: WRITERS,
    entriesMax: EVENTS_PER_STATEMENT_MAX,
    waitingMax: options.waitingMax ?? 50_000,
    write(projectId, events, writer) {
      const connection = present(connections[writer], "each writer has a connection");
      return recordBatch(projectId, events, connection);
    },
  });

  return {
    record: group.submit,
    forget: facts.forget,
    async close() {
      await group.close();
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}
