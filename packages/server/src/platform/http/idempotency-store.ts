import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import type { Tx } from "#platform/db/database.ts";

/** The first answer to a request that carried an Idempotency-Key. */
export interface StoredAnswer {
  readonly key: string;
  /** SHA-256 of what was asked. */
  readonly requestHash: Buffer;
  readonly status: number;
  /** The body as JSON text, sealed. */
  readonly sealedBody: Buffer;
  readonly createdAtMs: EpochMs;
}

/**
 * Takes the lock of a key for this transaction; false while another one holds it. `lockNumber` stands
 * for the project and the key in 64 bits.
 */
export async function tryLockKey(tx: Tx, lockNumber: bigint): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock($1::bigint) as locked",
    [lockNumber],
  );
  return row?.locked === true;
}

/**
 * The stored answer, or null. A statement of its own, after the lock: only then does it see what the
 * lock's last holder committed.
 */
export async function findAnswer(tx: Tx, key: string): Promise<StoredAnswer | null> {
  const [row] = await tx.query<AnswerRow>(
    `select key, request_hash, status, answer, created_at
       from idempotency_key where project_id = $1 and key = $2`,
    [tx.projectId, key],
  );
  return row === undefined ? null : answerFromRow(row);
}

export async function insertAnswer(tx: Tx, answer: StoredAnswer): Promise<void> {
  const { key, requestHash, status, sealedBody, createdAtMs } = answer;
  await tx.query(
    `insert into idempotency_key (project_id, key, request_hash, status, answer, created_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [tx.projectId, key, requestHash, status, sealedBody, isoInstant(createdAtMs)],
  );
}

/** Forgets a project's answers given before an instant. Answers how many those were. */
export async function forgetIdempotencyKeys(tx: Tx, olderThanMs: EpochMs): Promise<number> {
  const [row] = await tx.query<{ count: bigint }>(
    `with forgotten as (
       delete from idempotency_key where project_id = $1 and created_at < $2 returning 1
     )
     select count(*) as count from forgotten`,
    [tx.projectId, isoInstant(olderThanMs)],
  );
  return Number(row?.count ?? 0n);
}

interface AnswerRow {
  readonly key: string;
  readonly request_hash: Buffer;
  readonly status: number;
  readonly answer: Buffer;
  readonly created_at: EpochMs;
}

function answerFromRow(row: AnswerRow): StoredAnswer {
  return {
    key: row.key,
    requestHash: row.request_hash,
    status: row.status,
    sealedBody: row.answer,
    createdAtMs: row.created_at,
  };
}
