import { assert, present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { CreditNote, NoteLine } from "#modules/invoices/domain/index.ts";
import { columns, instant, jsonColumn } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  type ComputationJson,
  computationFromJson,
  computationToJson,
} from "./computation-json.ts";

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
  computation: ComputationJson | null;
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
    `insert into credit_note_line
            (customer_id, credit_note_id, line_number, amount_minor, computation, project_id)
     select $1::bigint, $2::bigint, made.line_number, made.amount_minor,
            nullif(made.computation::text, 'null')::jsonb, $6::int
       from rows from (unnest($3::int[]), unnest($4::numeric[]), json_array_elements($5::json))
            as made (line_number, amount_minor, computation)`,
    [
      note.customerId,
      note.id,
      ...columns(note.lines, ["lineNumber", "amountMinor"]),
      jsonColumn(note.lines.map(toComputation), "computation"),
      tx.projectId,
    ],
  );
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
    `select credit_note_id, line_number, amount_minor, computation from credit_note_line
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

function toComputation({ unused }: NoteLine) {
  return { computation: unused === undefined ? null : computationToJson(unused) };
}

function toLine(row: CreditedLineRow): NoteLine {
  const line = { lineNumber: row.line_number, amountMinor: BigInt(row.amount_minor) };
  if (row.computation === null) return line;
  const unused = computationFromJson(row.computation);
  assert(unused.type === "credit", "what a note gives back for unused time was computed as that");
  return { ...line, unused };
}
