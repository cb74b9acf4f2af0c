import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { CreditedLine, CreditNote } from "#modules/invoices/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface CreditNoteRow {
  customer_id: bigint;
  id: bigint;
  invoice_id: bigint;
  number: bigint;
  reason: string;
  currency: string;
  amount_minor: string;
  due_minor: string;
  balance_minor: string;
  refund_minor: string;
  created_at: EpochMs;
}

interface CreditedLineRow {
  credit_note_id: bigint;
  line_number: number;
  amount_minor: string;
}

/** Takes the project's next credit note number: call it as late as can be, as with invoices. */
export async function takeCreditNoteNumber(tx: Tx): Promise<bigint> {
  const [row] = await tx.query<{ last_number: bigint }>(
    `insert into credit_note_number as counted (project_id, last_number) values ($1, 1)
     on conflict (project_id) do update set last_number = counted.last_number + excluded.last_number
     returning last_number`,
    [tx.projectId],
  );
  return present(row, "an upsert answers its row").last_number;
}

export async function insertCreditNote(tx: Tx, note: CreditNote): Promise<void> {
  await tx.query(
    `insert into credit_note
            (customer_id, id, project_id, invoice_id, number, reason, currency, amount_minor, due_minor,
             balance_minor, refund_minor, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      note.customerId,
      note.id,
      tx.projectId,
      note.invoiceId,
      note.number,
      note.reason,
      note.currency,
      note.amountMinor,
      note.dueMinor,
      note.balanceMinor,
      note.refundMinor,
      instant(note.createdAtMs),
    ],
  );
  await tx.query(
    `insert into credit_note_line (customer_id, credit_note_id, line_number, amount_minor, project_id)
     select $1::bigint, $2::bigint, made.*, $5::int
       from unnest($3::int[], $4::numeric[]) as made`,
    [note.customerId, note.id, ...columns(note.lines, ["lineNumber", "amountMinor"]), tx.projectId],
  );
}

/** What credit notes, and credits for time that was not used, took back of an invoice, line by line. */
export async function listCreditedLines(tx: Tx, invoice: OwnedId): Promise<CreditedLine[]> {
  const rows = await tx.query<Omit<CreditedLineRow, "credit_note_id">>(
    `select line_number, sum(amount_minor) as amount_minor
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
              where back.customer_id = $1 and giving.customer_id = $1 and back.kind = 'credit'
                and giving.status <> 'void' and (back.computation->>'invoice')::bigint = $2
            ) as taken
      group by line_number`,
    [invoice.customerId, invoice.id],
  );
  return rows.map(toLine);
}

export interface CreditNoteFilter {
  readonly id?: bigint;
  readonly customerId?: bigint;
  readonly invoiceId?: bigint;
}

/** Newest first. */
export async function listCreditNotes(
  tx: Tx,
  filter: CreditNoteFilter,
  page: { readonly before: OwnedId | null; readonly limit: number },
): Promise<CreditNote[]> {
  const rows = await tx.query<CreditNoteRow>(
    `select * from credit_note
      where project_id = $1 and ($2::bigint is null or customer_id = $2)
        and ($3::bigint is null or invoice_id = $3)
        and ($4::bigint is null or id = $4)
        and ($5::bigint is null or (id, customer_id) < ($5, $6))
      order by id desc, customer_id desc limit $7`,
    [
      tx.projectId,
      filter.customerId ?? null,
      filter.invoiceId ?? null,
      filter.id ?? null,
      page.before?.id ?? null,
      page.before?.customerId ?? null,
      page.limit,
    ],
  );
  if (rows.length === 0) return [];
  const lines = await tx.query<CreditedLineRow>(
    `select credit_note_id, line_number, amount_minor from credit_note_line
      where customer_id = any($1) and credit_note_id = any($2) order by line_number`,
    [rows.map((row) => row.customer_id), rows.map((row) => row.id)],
  );
  return rows.map((row) =>
    toNote(
      row,
      lines.filter((line) => line.credit_note_id === row.id),
    ),
  );
}

function toNote(row: CreditNoteRow, lines: readonly CreditedLineRow[]): CreditNote {
  return {
    customerId: row.customer_id,
    id: row.id,
    invoiceId: row.invoice_id,
    number: row.number,
    reason: row.reason,
    currency: row.currency,
    amountMinor: BigInt(row.amount_minor),
    dueMinor: BigInt(row.due_minor),
    balanceMinor: BigInt(row.balance_minor),
    refundMinor: BigInt(row.refund_minor),
    createdAtMs: row.created_at,
    lines: lines.map(toLine),
  };
}

function toLine(row: Pick<CreditedLineRow, "line_number" | "amount_minor">): CreditedLine {
  return { lineNumber: row.line_number, amountMinor: BigInt(row.amount_minor) };
}
