import type { OwnedId } from "#kernel/ids.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
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

/** What went back through rails of the payments of an invoice. */
export interface Returned {
  readonly invoice: OwnedId;
  readonly amountMinor: bigint;
}

/**
 * What is given back of what rails collected for invoices, or is with a bank, in sum: of those of which
 * anything is. A refund that is not made yet counts, one that failed does not.
 */
export async function listReturned(tx: Tx, invoices: readonly OwnedId[]): Promise<Returned[]> {
  if (invoices.length === 0) return [];
  const rows = await tx.query<{ customer_id: bigint; invoice_id: bigint; amount_minor: string }>(
    `select payment.customer_id, payment.invoice_id, sum(back.amount_minor) as amount_minor
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, id)
       join payment
         on payment.customer_id = asked.customer_id and payment.invoice_id = asked.id
       join (select customer_id, payment_id, amount_minor from refund
              where customer_id = any($1) and status <> 'failed'
             union all
             select customer_id, payment_id, amount_minor from dispute
              where customer_id = any($1) and status in ('open', 'lost')) as back
         on back.customer_id = payment.customer_id and back.payment_id = payment.id
      where payment.customer_id = any($1)
      group by payment.customer_id, payment.invoice_id`,
    columns(invoices, ["customerId", "id"]),
  );
  return rows.map((row) => ({
    invoice: { customerId: row.customer_id, id: row.invoice_id },
    amountMinor: BigInt(row.amount_minor),
  }));
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
