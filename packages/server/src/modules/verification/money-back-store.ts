import type { DisputeStatus, RefundStatus } from "#modules/payments/domain/index.ts";
import type { DisputeFact, RefundFact } from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

interface MoneyBackRow<Status> {
  customer_id: bigint;
  id: bigint;
  payment_id: bigint;
  status: Status;
  currency: string;
  amount_minor: string;
  rail: string;
  rail_ref: string | null;
}

const COLUMNS = "customer_id, id, payment_id, status, currency, amount_minor, rail, rail_ref";

type Ids = readonly bigint[];

export async function listRefundFacts(tx: Tx, customerIds: Ids): Promise<RefundFact[]> {
  const rows = await tx.query<MoneyBackRow<RefundStatus> & { credit_note_id: bigint | null }>(
    `select ${COLUMNS}, credit_note_id from refund where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map((row) => ({
    ...moneyBackOf(row),
    railRef: row.rail_ref,
    creditNoteId: row.credit_note_id,
  }));
}

export async function listDisputeFacts(tx: Tx, customerIds: Ids): Promise<DisputeFact[]> {
  const rows = await tx.query<MoneyBackRow<DisputeStatus>>(
    `select ${COLUMNS} from dispute where customer_id = any($1)`,
    [customerIds],
  );
  return rows.map(moneyBackOf);
}

function moneyBackOf<Status>(row: MoneyBackRow<Status>) {
  return {
    customerId: row.customer_id,
    id: row.id,
    paymentId: row.payment_id,
    status: row.status,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    rail: row.rail,
  };
}
