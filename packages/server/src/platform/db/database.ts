import type pg from "pg";
import { assert } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { columnTypes } from "./column-types.ts";
import { openPool } from "./open-pool.ts";
import { createStatementNames, type NameOf } from "./statement-names.ts";

/** A transaction. Every statement of it sees and writes the rows of one project only. */
export interface Tx {
  /** The project, and with it the side (live or sandbox), that row-level security lets through. */
  readonly projectId: number;
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/** A transaction that sees every project: for finding what is due, never for deciding or billing. */
export interface DiscoveryTx {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

export interface Database {
  /** Runs `work` in one transaction of a project; repeats it whole when the database asks for that. */
  inProject<Result>(projectId: number, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /**
   * The same, held to one customer of the project: what a statement that forgets its `where` finds,
   * or tries to write, is this customer's or nothing.
   */
  ofCustomer<Result>(owner: CustomerScope, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** The same, reading only, and all of it from one moment, whatever is written meanwhile. */
  inSnapshot<Result>(projectId: number, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Runs `work` in one transaction that sees all projects. */
  acrossProjects<Result>(work: (tx: DiscoveryTx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Whose rows a transaction may touch. */
export interface CustomerScope {
  readonly projectId: number;
  readonly customerId: bigint;
}

export interface DatabaseOptions {
  /** A PostgreSQL URL whose user owns the schema; the connections step down to `farthing_app`. */
  readonly url: string;
  readonly connectionsMax: number;
  /**
   * Has each connection plan a statement once, which spares both sides much work where statements are
   * small. Not while the schema may change, nor through a pooler.
   */
  readonly keepsPlans?: boolean;
  /** Called with the error of a connection that broke while idle: for the log. */
  readonly onIdleError?: (error: Error) => void;
}

const ATTEMPTS_MAX = 5;

// Serialization failure and deadlock: the work was undone and may be done again from its start.
const UNDONE_STATES = new Set(["40001", "40P01"]);

// Connection failure, server shutting down, crashed or starting: nothing was committed, unless the
// commit was under way.
const LOST_STATES = new Set(["08006", "08003", "57P01", "57P02", "57P03"]);
const LOST_CONNECTION =
  /Connection terminated|connection error and is not queryable|ECONNRESET|EPIPE|ECONNREFUSED|timeout expired/;
// What the pool says when no connection comes free in time.
const NONE_FREE = /timeout exceeded when trying to connect/;

// Connections, a standby that takes no writes, work undone, resources used up, locks, an operator's or
// the system's doing; or a system call that failed on the way.
const DATABASES_OWN = /^(?:(?:08|25|40|53|57|58)[0-9A-Z]{3}|55P03|E(?!RR_)[A-Z_]+)$/;

/**
 * The API's way into the database. Its connections run as `farthing_app`, which owns nothing and is
 * held by row-level security: a statement outside `inProject` finds no rows at all.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = openPool({
    connectionString: options.url,
    max: options.connectionsMax,
    application_name: "farthing",
    options: "-c role=farthing_app -c search_path=farthing -c timezone=UTC",
    types: columnTypes,
    connectionTimeoutMillis: 10_000,
  });
  pool.on("error", (error) => options.onIdleError?.(error));
  const nameOf = options.keepsPlans === true ? createStatementNames() : () => undefined;

  const inScope = <Result>(
    projectId: number,
    scope: string,
    work: (tx: Tx) => Promise<Result>,
    mode = "",
  ): Promise<Result> => {
    assert(Number.isSafeInteger(projectId), "a project's number goes into SQL as it stands");
    const begin = `begin${mode}; set local farthing.project_id = '${projectId}'${scope}`;
    return retried(() =>
      inTransaction(pool, { begin, nameOf }, (query) => work({ projectId, query })),
    );
  };

  return {
    inProject: (projectId, work) => inScope(projectId, "", work),
    ofCustomer: ({ projectId, customerId }, work) =>
      inScope(projectId, `; set local farthing.customer_id = '${customerId}'`, work),
    inSnapshot: (projectId, work) =>
      inScope(projectId, "", work, " isolation level repeatable read read only"),
    acrossProjects(work) {
      const begin = "begin; set local role farthing_worker";
      return retried(() => inTransaction(pool, { begin, nameOf }, (query) => work({ query })));
    },
    close: () => pool.end(),
  };
}

type Query = Tx["query"];

async function inTransaction<Result>(
  pool: pg.Pool,
  { begin, nameOf }: { readonly begin: string; readonly nameOf: NameOf },
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A connection that breaks says so twice: to the query under way, and here. Unheard, it would end
  // the process.
  client.on("error", ignore);
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(queryOf(client, nameOf));
    await commit(client);
    return result;
  } catch (error) {
    broken = await rolledBack(client);
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(broken);
  }
}

function ignore(): void {}

/**
 * Commits. A connection that is lost here leaves it open whether the work was done, so it is not done
 * again: the caller is told, and repeats the request under its own key.
 */
async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await client.query("commit");
  } catch (error) {
    if (!isLost(error)) throw error;
    throw new BillingError("database_unavailable", { cause: (error as Error).message });
  }
}

function queryOf(client: pg.PoolClient, nameOf: NameOf): Query {
  return async <Row extends object>(sql: string, values?: readonly unknown[]) => {
    if (values === undefined) return (await client.query<Row>(sql)).rows;
    const name = nameOf(sql);
    const statement = { text: sql, values: [...values] };
    const named = name === undefined ? statement : { ...statement, name };
    return (await client.query<Row>(named)).rows;
  };
}

/** Rolls back; answers the error that makes the connection unfit for another use. */
async function rolledBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Repeats `attempt` whole for as long as it fails for a reason that passes, a few times at most. */
export async function retried<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let attemptNumber = 1; ; attemptNumber += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (attemptNumber >= ATTEMPTS_MAX) {
        throw new BillingError("database_unavailable", { cause: (error as Error).message });
      }
    }
  }
}

/**
 * Whether an error is the database's own trouble, or that of the way to it: then it says nothing of what
 * was asked for, and the same may be done later.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof BillingError) return error.code === "database_unavailable";
  if (!(error instanceof Error)) return false;
  return isLost(error) || DATABASES_OWN.test(stateOf(error)) || NONE_FREE.test(error.message);
}

function isPassing(error: unknown): boolean {
  return isLost(error) || UNDONE_STATES.has(stateOf(error));
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof BillingError) return false;
  return LOST_STATES.has(stateOf(error)) || LOST_CONNECTION.test(error.message);
}

function stateOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}
