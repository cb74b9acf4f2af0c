import type { EpochMs } from "#kernel/clock.ts";
import { columns, jsonColumn } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { WRITTEN_HERE } from "#platform/db/written-here.ts";

/** Something that happened, told to whoever listens once the transaction that did it is committed. */
export interface OutboxEvent {
  /** 0 for what belongs to the project and not to one customer. */
  readonly customerId: bigint;
  readonly id: bigint;
  /** `noun.past_verb`. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAtMs: EpochMs;
}

/** Appends events to the outbox, in the transaction of the change that they report. */
export async function appendToOutbox(tx: Tx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (customer_id, id, type, occurred_at, data, project_id)
     select added.*, $6::int
       from rows from (unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::text[]),
                       unnest($4::timestamptz[]), json_array_elements($5::json)) as added`,
    [
      ...columns(events, ["customerId", "id", "type", "occurredAtMs"]),
      jsonColumn(events, "data"),
      tx.projectId,
    ],
  );
}

interface OutboxRow {
  customer_id: bigint;
  id: bigint;
  type: string;
  data: OutboxEvent["data"];
  occurred_at: EpochMs;
}

/** What this transaction has appended so far, in that order. */
export async function listAppendedHere(tx: Tx): Promise<OutboxEvent[]> {
  const rows = await tx.query<OutboxRow>(
    `select customer_id, id, type, data, occurred_at from outbox
      where project_id = $1 and ${WRITTEN_HERE} order by id`,
    [tx.projectId],
  );
  return rows.map(({ customer_id: customerId, occurred_at: occurredAtMs, ...event }) => ({
    customerId,
    occurredAtMs,
    ...event,
  }));
}
