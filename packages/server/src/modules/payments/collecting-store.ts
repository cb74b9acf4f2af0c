import type { OwnedId } from "#kernel/ids.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { type PaymentRow, toPayment } from "./payment-row.ts";

/** Finds the payment that collects an invoice, and keeps others from changing it; null when none does. */
export async function lockCollectingPayment(tx: Tx, invoice: OwnedId): Promise<Payment | null> {
  const [row] = await tx.query<PaymentRow>(
    `select * from payment
      where customer_id = $1 and invoice_id = $2 and status in ('pending', 'failed') for update`,
    [invoice.customerId, invoice.id],
  );
  return row === undefined ? null : toPayment(row);
}

/** The payment that was made last to collect an invoice, however it ended; null when there was none. */
export async function findNewestPaymentFor(tx: Tx, invoice: OwnedId): Promise<Payment | null> {
  const [row] = await tx.query<PaymentRow>(
    "select * from payment where customer_id = $1 and invoice_id = $2 order by id desc limit 1",
    [invoice.customerId, invoice.id],
  );
  return row === undefined ? null : toPayment(row);
}

/** What was collected for an invoice through rails, the newest first. */
export async function listCollectedFor(tx: Tx, invoice: OwnedId): Promise<Payment[]> {
  const rows = await tx.query<PaymentRow>(
    `select * from payment
      where customer_id = $1 and invoice_id = $2 and status = 'succeeded' order by id desc`,
    [invoice.customerId, invoice.id],
  );
  return rows.map(toPayment);
}

/** Whether somebody is charging it: an attempt has begun and nobody knows yet how it ended. */
export async function isUnderWay(tx: Tx, payment: OwnedId): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from payment_attempt
      where customer_id = $1 and payment_id = $2 and settled_at is null`,
    [payment.customerId, payment.id],
  );
  return rows.length > 0;
}
