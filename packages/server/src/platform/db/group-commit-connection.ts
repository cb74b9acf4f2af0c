import { Socket } from "node:net";
import pg from "pg";
import { assert } from "#kernel/assert.ts";
import { columnTypes } from "./column-types.ts";
import { retried } from "./database.ts";

/** A statement that the server keeps prepared. One name always stands for one text. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** A connection of its own for transactions of one statement, as short as the wire allows. */
export interface GroupConnection {
  /**
   * Runs one statement in one transaction of a project and answers its rows once it is committed.
   * All of it (begin, the project, the statement, commit) is one message to the server and one answer;
   * when the statement fails, the same commit rolls back. Repeated whole when the connection is lost
   * or the server asks for it, so it must be a statement that may run twice.
   */
  commit<Row extends object>(projectId: number, statement: PreparedStatement): Promise<Row[]>;
  close(): Promise<void>;
}

export interface GroupConnectionOptions {
  /** A PostgreSQL URL whose user owns the schema; the connection steps down to `farthing_app`. */
  readonly url: string;
}

interface Line {
  readonly client: pg.Client;
  readonly socket: Socket;
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
    commit<Row extends object>(projectId: number, statement: PreparedStatement): Promise<Row[]> {
      assert(Number.isSafeInteger(projectId), "a project's number goes into SQL as it stands");
      return retried(async () => {
        const used = line();
        try {
          return await inOneMessage<Row>(await used, projectId, statement);
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
  const socket = new Socket();
  const config = {
    connectionString: url,
    options: SESSION.map((setting) => `-c ${setting}`).join(" "),
    types: columnTypes,
    connectionTimeoutMillis: 10_000,
    stream: () => socket,
    // Sends a query without waiting for the answer to the one before it.
    pipeline: true,
  };
  const client = new pg.Client(config);
  client.on("error", onLost);
  await client.connect();
  return { client, socket };
}

async function inOneMessage<Row extends object>(
  { client, socket }: Line,
  projectId: number,
  statement: PreparedStatement,
): Promise<Row[]> {
  socket.cork();
  const sent = [
    client.query(`begin; set local farthing.project_id = '${projectId}'`),
    client.query<Row>({ ...statement, values: [...statement.values] }),
    client.query("commit"),
  ] as const;
  socket.uncork();
  const [begun, answered, ended] = await Promise.allSettled(sent);
  if (begun.status === "rejected") throw begun.reason;
  if (answered.status === "rejected") throw answered.reason;
  if (ended.status === "rejected") throw ended.reason;
  assert(ended.value.command === "COMMIT", "a statement that answered is committed");
  return answered.value.rows;
}
