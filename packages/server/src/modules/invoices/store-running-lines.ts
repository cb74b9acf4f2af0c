import { assert, present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { RunningLine } from "#modules/invoices/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";
import { type ComputationJson, computationFromJson } from "./computation-json.ts";

/** A subscription at an instant. */
export interface InstantKey {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly atMs: EpochMs;
}

interface RunningRow {
  customer_id: bigint;
  subscription_id: bigint;
  invoice_id: bigint;
  line_number: number;
  price_id: bigint | null;
  description: string;
  period_start: EpochMs;
  period_end: EpochMs;
  amount_minor: string;
  noted_minor: string;
  computation: ComputationJson;
  is_paid: boolean;
}

/**
 * What was charged for flat prices for time that is not over at an instant, in the order in which it
 * was charged. Lines whose unused part was given back are left out: the rest of them was used. What is
 * kept of a line is what credit notes have left of it.
 */
export async function listRunningLines(
  tx: Tx,
  keys: readonly InstantKey[],
): Promise<RunningLine[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<RunningRow>(
    `select line.customer_id, invoice.subscription_id, line.invoice_id, line.line_number,
            line.price_id, line.description, line.period_start, line.period_end, line.amount_minor,
            noted.amount_minor as noted_minor, line.computation, invoice.status = 'paid' as is_paid
       from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
            as asked (customer_id, subscription_id, at)
       join invoice
         on invoice.customer_id = asked.customer_id
        and invoice.subscription_id = asked.subscription_id and invoice.status <> 'void'
       join invoice_line as line
         on line.customer_id = invoice.customer_id and line.invoice_id = invoice.id
        and line.kind = 'flat' and line.period_end > asked.at
      cross join lateral (
              select coalesce(sum(taken.amount_minor), 0) as amount_minor,
                     count(taken.computation) as unused
                from credit_note as note
                join credit_note_line as taken
                  on taken.customer_id = note.customer_id and taken.credit_note_id = note.id
               where note.customer_id = line.customer_id and note.invoice_id = line.invoice_id
                 and taken.customer_id = line.customer_id and taken.line_number = line.line_number)
            as noted
      where invoice.customer_id = any($1) and line.customer_id = any($1) and noted.unused = 0
        and not exists (
              select from invoice_line as back
                join invoice as giving
                  on giving.customer_id = back.customer_id and giving.id = back.invoice_id
               where back.customer_id = line.customer_id and giving.customer_id = line.customer_id
                 and back.kind = 'credit' and giving.status <> 'void'
                 and (back.computation->>'invoice')::bigint = line.invoice_id
                 and (back.computation->>'line')::int = line.line_number)
      order by invoice.number, line.line_number`,
    columns(keys, ["customerId", "subscriptionId", "atMs"]),
  );
  return rows.map(toRunningLine);
}

function toRunningLine(row: RunningRow): RunningLine {
  const computation = computationFromJson(row.computation);
  assert(computation.type === "flat", "a flat price's line was computed as one");
  const amountMinor = BigInt(row.amount_minor);
  return {
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    invoiceId: row.invoice_id,
    lineNumber: row.line_number,
    priceId: present(row.price_id, "what was charged has a price"),
    description: row.description,
    period: { startMs: row.period_start, endMs: row.period_end },
    computation,
    amountMinor,
    keptMinor: amountMinor - BigInt(row.noted_minor),
    isPaid: row.is_paid,
  };
}
