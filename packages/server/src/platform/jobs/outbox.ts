import type { EpochMs } from "#kernel/clock.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

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
    `insert into outbox (customer_id, id, type, data, occurred_at, project_id)
     select added.*, $6::int
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::jsonb[], $5::timestamptz[]) as added`,
    [...columns(events, ["customerId", "id", "type", "data", "occurredAtMs"]), tx.projectId],
  );
}
