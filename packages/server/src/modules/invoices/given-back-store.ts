import type { OwnedId } from "#kernel/ids.ts";
import type { CreditedLine } from "#modules/invoices/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** What was taken back of the lines of an invoice, by credit notes and by later invoices' credit lines. */
export async function listTakenBack(tx: Tx, invoice: OwnedId): Promise<CreditedLine[]> {
  const rows = await tx.query<{ line_number: number; amount_minor: string }>(
    `select taken.line_number, sum(taken.amount_minor) as amount_minor
       from (select line.line_number, line.amount_minor
               from credit_note as note
               join credit_note_line as line
                 on line.customer_id = note.customer_id and line.credit_note_id = note.id
              where note.customer_id = $1 and note.invoice_id = $2 and line.customer_id = $1
             union all
             select (back.computation->>'line')::int, -back.amount_minor
               from invoice_line as back
               join invoice as giving
                 on giving.customer_id = back.customer_id and giving.id = back.invoice_id
              where back.customer_id = $1 and giving.customer_id = $1
                and back.kind = 'credit' and giving.status <> 'void'
                and (back.computation->>'invoice')::bigint = $2) as taken
      group by taken.line_number`,
    [invoice.customerId, invoice.id],
  );
  return rows.map((row) => ({
    lineNumber: row.line_number,
    amountMinor: BigInt(row.amount_minor),
  }));
}

/** What credit notes of an invoice promised to give back through rails, whatever became of it. */
export async function promisedRefundMinor(tx: Tx, invoice: OwnedId): Promise<bigint> {
  const [row] = await tx.query<{ promised: string | null }>(
    `select sum(refund_minor) as promised from credit_note
      where customer_id = $1 and invoice_id = $2`,
    [invoice.customerId, invoice.id],
  );
  return BigInt(row?.promised ?? 0);
}
