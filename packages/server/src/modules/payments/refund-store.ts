import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { RailName, Refund, RefundStatus } from "#modules/payments/domain/index.ts";
import { instant, instantOrNull } from "#platform/db/columns.ts";
import type { DiscoveryTx, Tx } from "#platform/db/database.ts";

interface RefundRow {
  customer_id: bigint;
  id: bigint;
  payment_id: bigint;
  status: RefundStatus;
  currency: string;
  amount_minor: string;
  reason: string | null;
  credit_note_id: bigint | null;
  rail: RailName;
  rail_ref: string | null;
  failure_code: string | null;
  attempt_count: number;
  created_at: EpochMs;
  settled_at: EpochMs | null;
}

/** A refund that the rail is to be asked for, and whose project it is. */
export interface DueRefund extends OwnedId {
  readonly projectId: number;
}

/** Writes a new refund. `askRailMs` is when the rail is asked for it; null when it has made it. */
export async function insertRefund(
  tx: Tx,
  refund: Refund,
  { askRailMs }: { readonly askRailMs: EpochMs | null },
): Promise<void> {
  await tx.query(
    `insert into refund
            (customer_id, id, project_id, payment_id, status, currency, amount_minor, reason, rail,
             rail_ref, attempt_count, next_attempt_at, created_at, credit_note_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      refund.customerId,
      refund.id,
      tx.projectId,
      refund.paymentId,
      refund.status,
      refund.currency,
      refund.amountMinor,
      refund.reason,
      refund.rail,
      refund.railRef,
      refund.attemptCount,
      instantOrNull(askRailMs),
      instant(refund.createdAtMs),
      refund.creditNoteId,
    ],
  );
}

/** Writes what the rail said, after which it need not be asked again. */
export async function updateRefund(tx: Tx, refund: Refund, wallNowMs: EpochMs): Promise<void> {
  await tx.query(
    `update refund
        set status = $3, rail_ref = $4, failure_code = $5, settled_at = $6, next_attempt_at = null,
            refunded_at = case when $3 = 'succeeded' then coalesce(refunded_at, $7) end
      where customer_id = $1 and id = $2`,
    [
      refund.customerId,
      refund.id,
      refund.status,
      refund.railRef,
      refund.failureCode,
      instantOrNull(refund.settledAtMs),
      instant(wallNowMs),
    ],
  );
}

/** Takes a due refund for one question to the rail, and counts it. Null when somebody else has it. */
export async function claimRefund(
  tx: Tx,
  key: OwnedId,
  instants: { readonly wallNowMs: EpochMs; readonly againMs: EpochMs },
): Promise<Refund | null> {
  const [row] = await tx.query<RefundRow>(
    `update refund set attempt_count = attempt_count + 1, next_attempt_at = $4
      where customer_id = $1 and id = $2 and status = 'pending' and next_attempt_at <= $3
      returning *`,
    [key.customerId, key.id, instant(instants.wallNowMs), instant(instants.againMs)],
  );
  return row === undefined ? null : toRefund(row);
}

/** Refunds that the rail is to be asked for, in every project, the longest waiting first. */
export async function findDueRefunds(
  tx: DiscoveryTx,
  wallNowMs: EpochMs,
  limit: number,
): Promise<DueRefund[]> {
  const rows = await tx.query<{ project_id: number; customer_id: bigint; id: bigint }>(
    `select project_id, customer_id, id from refund
      where next_attempt_at <= $1 order by next_attempt_at limit $2`,
    [instant(wallNowMs), limit],
  );
  return rows.map((row) => ({
    projectId: row.project_id,
    customerId: row.customer_id,
    id: row.id,
  }));
}

export async function findRefund(tx: Tx, key: OwnedId): Promise<Refund | null> {
  return one(tx, "customer_id = $1 and id = $2", [key.customerId, key.id]);
}

export async function findRefundByRailRef(
  tx: Tx,
  customerId: bigint,
  railRef: string,
): Promise<Refund | null> {
  return one(tx, "customer_id = $1 and rail_ref = $2", [customerId, railRef]);
}

/** The refunds of a payment, the first one first. */
export async function listRefundsOf(tx: Tx, payment: OwnedId): Promise<Refund[]> {
  const rows = await tx.query<RefundRow>(
    "select * from refund where customer_id = $1 and payment_id = $2 order by id",
    [payment.customerId, payment.id],
  );
  return rows.map(toRefund);
}

export interface RefundFilter {
  readonly customerId?: bigint;
  readonly paymentId?: bigint;
  readonly status?: RefundStatus;
}

/** Newest first. */
export async function listRefunds(
  tx: Tx,
  filter: RefundFilter,
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<Refund[]> {
  const rows = await tx.query<RefundRow>(
    `select * from refund
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or payment_id = $3)
        and ($4::text is null or status = $4)
        and ($5::bigint is null or (id, customer_id) < ($5, $6))
      order by id desc, customer_id desc limit $7`,
    [
      tx.projectId,
      filter.customerId ?? null,
      filter.paymentId ?? null,
      filter.status ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  return rows.map(toRefund);
}

async function one(tx: Tx, condition: string, values: readonly unknown[]): Promise<Refund | null> {
  const [row] = await tx.query<RefundRow>(`select * from refund where ${condition}`, values);
  return row === undefined ? null : toRefund(row);
}

function toRefund(row: RefundRow): Refund {
  return {
    customerId: row.customer_id,
    id: row.id,
    paymentId: row.payment_id,
    status: row.status,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    reason: row.reason,
    creditNoteId: row.credit_note_id,
    rail: row.rail,
    railRef: row.rail_ref,
    failureCode: row.failure_code,
    attemptCount: row.attempt_count,
    createdAtMs: row.created_at,
    settledAtMs: row.settled_at,
  };
}
