import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { ManualPayment, ManualPaymentMethod } from "#modules/payments/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface ManualPaymentRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  reference: string;
  method: ManualPaymentMethod;
  currency: string;
  amount_minor: string;
  surplus_minor: string;
  paid_at: EpochMs;
  created_at: EpochMs;
}

/** Keeps money that came outside of any rail; refuses a reference that its customer has already. */
export async function insertManualPayment(tx: Tx, payment: ManualPayment): Promise<void> {
  const rows = await tx.query(
    `insert into manual_payment
            (customer_id, id, project_id, invoice_id, reference, method, currency, amount_minor,
             surplus_minor, paid_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (customer_id, reference) do nothing returning id`,
    [
      payment.customerId,
      payment.id,
      tx.projectId,
      payment.invoiceId,
      payment.reference,
      payment.method,
      payment.currency,
      payment.amountMinor,
      payment.surplusMinor,
      instant(payment.paidAtMs),
      instant(payment.createdAtMs),
    ],
  );
  if (rows.length > 0) return;
  // Another request took it for another invoice, just now.
  throw new BillingError("payment_reference_reused", { reference: payment.reference });
}

export async function findManualPayment(
  tx: Tx,
  customerId: bigint,
  reference: string,
): Promise<ManualPayment | null> {
  const [row] = await tx.query<ManualPaymentRow>(
    "select * from manual_payment where customer_id = $1 and reference = $2",
    [customerId, reference],
  );
  return row === undefined ? null : toManualPayment(row);
}

/** What came for an invoice outside of any rail, the first one first. */
export async function listManualPayments(tx: Tx, invoice: OwnedId): Promise<ManualPayment[]> {
  const rows = await tx.query<ManualPaymentRow>(
    "select * from manual_payment where customer_id = $1 and invoice_id = $2 order by id",
    [invoice.customerId, invoice.id],
  );
  return rows.map(toManualPayment);
}

function toManualPayment(row: ManualPaymentRow): ManualPayment {
  return {
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    reference: row.reference,
    method: row.method,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    surplusMinor: BigInt(row.surplus_minor),
    paidAtMs: row.paid_at,
    createdAtMs: row.created_at,
  };
}
