import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { InvoiceLine } from "#modules/invoices/domain/index.ts";
import { instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { type LineRow, toLine } from "./store.ts";

/**
 * The lines of a subscription's billing periods, on whichever invoices that are not void, in the order of
 * their numbers.
 */
export async function listPeriodLines(
  tx: Tx,
  subscription: OwnedId,
  periodStartsMs: readonly EpochMs[],
): Promise<InvoiceLine[]> {
  if (periodStartsMs.length === 0) return [];
  const rows = await tx.query<LineRow>(
    `select line.*
       from invoice
       join invoice_line as line
         on line.customer_id = invoice.customer_id and line.invoice_id = invoice.id
      where invoice.customer_id = $1 and invoice.subscription_id = $2 and line.customer_id = $1
        -- What is charged in advance stands on the invoice of the period before, which ends here.
        and invoice.status <> 'void' and invoice.period_end >= $3 and line.period_start = any($4)
        -- What is charged once is of no period, whatever instant it is dated at.
        and line.kind <> 'one_off'
      order by invoice.number, line.line_number`,
    [
      subscription.customerId,
      subscription.id,
      instant(Math.min(...periodStartsMs)),
      periodStartsMs.map(instant),
    ],
  );
  return rows.map(toLine);
}
