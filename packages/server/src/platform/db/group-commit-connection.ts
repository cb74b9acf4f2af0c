import pg from "pg";
import { assert } from "#kernel/assert.ts";
import { columnTypes } from "./column-types.ts";
import { retried } from "./database.ts";
import { groupTransaction, type PreparedStatement, type TextRow } from "./group-commit-query.ts";

/** A connection of its own for transactions of one statement, as short as the wire allows. */
export interface GroupConnection {
  /**
   * Runs one statement in one transaction of a project and answers its rows once it is committed.
   * Repeated whole when the connection is lost or the server asks for it, so it must be a statement
   * that may run twice.
   */
  commit(projectId: number, statement: PreparedStatement): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

export interface GroupConnectionOptions {
  /** A PostgreSQL URL whose user owns the schema; the connection steps down to `farthing_app`. */
  readonly url: string;
}

interface Line {
  readonly client: pg.Client;
  readonly prepared: Set<string>;
}

// The prepared statements join a few keys with large indexed tables. One generic plan is right for
// every call, also before the tables have statistics, as long as it goes through the indexes.
const SESSION = [
  "role=farthing_app",
  "search_path=farthing",
  "timezone=UTC",
  "plan_cache_mode=force_generic_plan",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
  "enable_seqscan=off",
  "jit=off",
];

/** Opens the connection when it is first used, and again whenever it was lost. */
export function openGroupConnection({ url }: GroupConnectionOptions): GroupConnection {
  let opened: Promise<Line> | null = null;

  function line(): Promise<Line> {
    if (opened !== null) return opened;
    const opening: Promise<Line> = connect(url, () => forget(opening));
    opened = opening;
    return opening;
  }

  function forget(lost: Promise<Line>): void {
    if (opened === lost) opened = null;
  }

  return {
    commit(projectId, statement) {
      assert(Number.isSafeInteger(projectId), "a project's number goes into SQL as it stands");
      const setting = `set local farthing.project_id = '${projectId}'`;
      return retried(async () => {
        const used = line();
        try {
          return await inOneMessage(await used, setting, statement);
        } catch (error) {
          // What PostgreSQL itself refuses leaves the connection usable.
          if (!(error instanceof pg.DatabaseError)) forget(used);
          throw error;
        }
      });
    },
    async close() {
      const closing = opened;
      opened = null;
      if (closing !== null) await closing.then(({ client }) => client.end()).catch(() => {});
    },
  };
}

async function connect(url: string, onLost: () => void): Promise<Line> {
  const client = new pg.Client({
    connectionString: url,
    options: SESSION.map((setting) => `-c ${setting}`).join(" "),
    types: columnTypes,
    connectionTimeoutMillis: 10_000,
  });
  client.on("error", onLost);
  await client.connect();
  return { client, prepared: new Set() };
}

async function inOneMessage(
  { client, prepared }: Line,
  setting: string,
  statement: PreparedStatement,
): Promise<readonly TextRow[]> {
  try {
    return await new Promise((resolve, reject) => {
      const transaction = groupTransaction({ setting, statement, prepared }, (error, rows) =>
        error === null ? resolve(rows) : reject(error),
      );
      client.query(transaction);
    });
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}
