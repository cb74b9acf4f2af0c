import type { EpochMs } from "#kernel/clock.ts";
import type { Charge } from "#modules/invoices/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

/** A billing period of a subscription. */
export interface PeriodKey {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly periodStartMs: EpochMs;
}

interface ChargeRow {
  customer_id: bigint;
  subscription_id: bigint;
  invoice_id: bigint;
  number: bigint;
  void_since_number: bigint | null;
  line_number: number;
  kind: Charge["kind"];
  price_id: bigint | null;
  description: string;
  period_start: EpochMs;
  amount_minor: string;
}

/**
 * Everything that was charged for these periods so far, on whichever invoices, void ones too, in the order
 * of their numbers: `chargesUpTo` says which of it counts.
 */
export async function listCharges(tx: Tx, periods: readonly PeriodKey[]): Promise<Charge[]> {
  if (periods.length === 0) return [];
  const rows = await tx.query<ChargeRow>(
    `select line.customer_id, invoice.subscription_id, line.invoice_id, invoice.number,
            invoice.void_since_number, line.line_number, line.kind, line.price_id,
            line.description, line.period_start, line.amount_minor
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
            as asked (customer_id, subscription_id, period_start)
       join invoice
         on invoice.customer_id = asked.customer_id
        and invoice.subscription_id = asked.subscription_id
        -- What is charged in advance stands on the invoice of the period before, which ends here.
        and invoice.period_end >= asked.period_start
       join invoice_line as line
         on line.customer_id = invoice.customer_id and line.invoice_id = invoice.id
        and line.period_start = asked.period_start
      where invoice.customer_id = any($1) and line.customer_id = any($1)
      order by invoice.number, line.line_number`,
    columns(periods, ["customerId", "subscriptionId", "periodStartMs"]),
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    invoiceId: row.invoice_id,
    invoiceNumber: row.number,
    voidSinceNumber: row.void_since_number,
    lineNumber: row.line_number,
    kind: row.kind,
    priceId: row.price_id,
    description: row.description,
    periodStartMs: row.period_start,
    amountMinor: BigInt(row.amount_minor),
  }));
}
