import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { Dispute, DisputeStatus, RailName } from "#modules/payments/domain/index.ts";
import { instant, instantOrNull } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface DisputeRow {
  customer_id: bigint;
  id: bigint;
  payment_id: bigint;
  status: DisputeStatus;
  currency: string;
  amount_minor: string;
  reason: string;
  rail: RailName;
  rail_ref: string;
  opened_at: EpochMs;
  closed_at: EpochMs | null;
}

export async function insertDispute(tx: Tx, dispute: Dispute): Promise<void> {
  await tx.query(
    `insert into dispute
            (customer_id, id, project_id, payment_id, status, currency, amount_minor, reason, rail,
             rail_ref, opened_at, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      dispute.customerId,
      dispute.id,
      tx.projectId,
      dispute.paymentId,
      dispute.status,
      dispute.currency,
      dispute.amountMinor,
      dispute.reason,
      dispute.rail,
      dispute.railRef,
      instant(dispute.openedAtMs),
      instantOrNull(dispute.closedAtMs),
    ],
  );
}

export async function updateDispute(tx: Tx, dispute: Dispute): Promise<void> {
  await tx.query(
    `update dispute set status = $3, reason = $4, closed_at = $5
      where customer_id = $1 and id = $2`,
    [
      dispute.customerId,
      dispute.id,
      dispute.status,
      dispute.reason,
      instantOrNull(dispute.closedAtMs),
    ],
  );
}

export async function findDisputeByRailRef(
  tx: Tx,
  customerId: bigint,
  railRef: string,
): Promise<Dispute | null> {
  const [row] = await tx.query<DisputeRow>(
    "select * from dispute where customer_id = $1 and rail_ref = $2",
    [customerId, railRef],
  );
  return row === undefined ? null : toDispute(row);
}

/** The disputes of a payment, the first one first. */
export async function listDisputesOf(tx: Tx, payment: OwnedId): Promise<Dispute[]> {
  const rows = await tx.query<DisputeRow>(
    "select * from dispute where customer_id = $1 and payment_id = $2 order by id",
    [payment.customerId, payment.id],
  );
  return rows.map(toDispute);
}

function toDispute(row: DisputeRow): Dispute {
  return {
    customerId: row.customer_id,
    id: row.id,
    paymentId: row.payment_id,
    status: row.status,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    reason: row.reason,
    rail: row.rail,
    railRef: row.rail_ref,
    openedAtMs: row.opened_at,
    closedAtMs: row.closed_at,
  };
}
