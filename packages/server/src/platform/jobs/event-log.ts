import type { EpochMs } from "#kernel/clock.ts";
import { columns } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";
import type { OutboxEvent } from "./outbox.ts";

/** An event of the log. */
export interface LoggedEvent extends OutboxEvent {
  /** Its place in the project's log: 1, 2, 3 … without a gap. */
  readonly number: bigint;
}

interface OutboxRow {
  customer_id: bigint;
  id: bigint;
  type: string;
  data: Record<string, unknown>;
  occurred_at: EpochMs;
}

interface EventRow extends OutboxRow {
  number: bigint;
}

/** The projects that have something in the outbox: one step of the index for each of them. */
export async function projectsWithOutbox(tx: DiscoveryTx): Promise<number[]> {
  const rows = await tx.query<{ project_id: number }>(
    `with recursive found as (
       (select project_id from outbox order by project_id limit 1)
       union all
       select (select outbox.project_id from outbox
                where outbox.project_id > found.project_id
                order by outbox.project_id limit 1)
         from found
        where found.project_id is not null
     )
     select project_id from found where project_id is not null`,
  );
  return rows.map((row) => row.project_id);
}

/** The number of the project's newest event, or 0, locked until the transaction ends. */
export async function lockLastNumber(tx: Tx): Promise<bigint> {
  const number = await findLastNumber(tx);
  if (number !== undefined) return number;
  await tx.query(
    `insert into event_number (project_id, last_number) values ($1, 0)
     on conflict (project_id) do nothing`,
    [tx.projectId],
  );
  return (await findLastNumber(tx)) ?? 0n;
}

async function findLastNumber(tx: Tx): Promise<bigint | undefined> {
  const rows = await tx.query<{ last_number: bigint }>(
    "select last_number from event_number where project_id = $1 for update",
    [tx.projectId],
  );
  return rows[0]?.last_number;
}

export async function oldestInOutbox(tx: Tx, countMax: number): Promise<OutboxEvent[]> {
  const rows = await tx.query<OutboxRow>(
    `select customer_id, id, type, data, occurred_at
       from outbox where project_id = $1 order by id limit $2`,
    [tx.projectId, countMax],
  );
  return rows.map(outboxEventOf);
}

/** Writes what the outbox holds of these events into the log, under their numbers. */
export async function moveToLog(tx: Tx, events: readonly LoggedEvent[]): Promise<void> {
  const keys = columns(events, ["customerId", "id", "number"]);
  await tx.query(
    `insert into event (customer_id, id, project_id, number, type, data, occurred_at)
     select outbox.customer_id, outbox.id, outbox.project_id, numbered.number,
            outbox.type, outbox.data, outbox.occurred_at
       from outbox
       join unnest($1::bigint[], $2::bigint[], $3::bigint[]) as numbered (customer_id, id, number)
         on outbox.customer_id = numbered.customer_id and outbox.id = numbered.id
      where outbox.customer_id = any($1::bigint[])`,
    keys,
  );
  await tx.query(
    `delete from outbox
      using unnest($1::bigint[], $2::bigint[]) as moved (customer_id, id)
      where outbox.customer_id = moved.customer_id and outbox.id = moved.id
        and outbox.customer_id = any($1::bigint[])`,
    keys.slice(0, 2),
  );
  await tx.query("update event_number set last_number = last_number + $2 where project_id = $1", [
    tx.projectId,
    events.length,
  ]);
}

/** Which part of the log is read, and which types are wanted; null for all. */
export interface LogRange {
  readonly afterNumber: bigint;
  readonly countMax: number;
  readonly types: readonly string[] | null;
}

export interface LogPage {
  readonly events: LoggedEvent[];
  /** Everything that is wanted up to this number is in `events`, or was before `afterNumber`. */
  readonly readTo: bigint;
  /** The newest number when the log was read. */
  readonly lastNumber: bigint;
}

/** How many numbers are looked through for the wanted types in one reading. */
const LOOKED_THROUGH_MAX = 10_000n;

/**
 * The log from `afterNumber` on, oldest first. The newest number is read before the events: what is
 * numbered up to there is committed, so that no event can appear later below `readTo`.
 */
export async function readLog(tx: Tx, range: LogRange): Promise<LogPage> {
  const { afterNumber, countMax, types } = range;
  const lastNumber = await newestNumber(tx);
  const reach = afterNumber + LOOKED_THROUGH_MAX;
  const endNumber = types === null || reach > lastNumber ? lastNumber : reach;
  const rows = await tx.query<EventRow>(
    `select customer_id, id, number, type, data, occurred_at
       from event
      where project_id = $1 and number > $2 and number <= $3
        and ($4::text[] is null or type = any($4))
      order by number limit $5`,
    [tx.projectId, afterNumber.toString(), endNumber.toString(), types, countMax],
  );
  const events = rows.map((row) => ({ ...outboxEventOf(row), number: row.number }));
  const isFull = events.length === countMax;
  const readTo = isFull ? (events.at(-1)?.number ?? endNumber) : endNumber;
  return { events, readTo: readTo > afterNumber ? readTo : afterNumber, lastNumber };
}

async function newestNumber(tx: Tx): Promise<bigint> {
  const rows = await tx.query<{ last_number: bigint }>(
    "select last_number from event_number where project_id = $1",
    [tx.projectId],
  );
  return rows[0]?.last_number ?? 0n;
}

function outboxEventOf(row: OutboxRow): OutboxEvent {
  return {
    customerId: row.customer_id,
    id: row.id,
    type: row.type,
    data: row.data,
    occurredAtMs: row.occurred_at,
  };
}
