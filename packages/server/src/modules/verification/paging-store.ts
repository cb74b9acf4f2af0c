import type { Candidate, NumberSpan } from "#modules/verification/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** The project's customers after one of them, with about how many rows are stored of each. */
export async function listCandidates(
  tx: Tx,
  afterId: bigint,
  countMax: number,
): Promise<Candidate[]> {
  const rows = await tx.query<{ customer_id: bigint; weight: string }>(
    `select customer_id,
            1 + coalesce((select sequence from ledger_head
                           where ledger_head.customer_id = customer.customer_id), 0)
              + coalesce((select sum(1 + event_count / 50) from usage_counter
                           where usage_counter.customer_id = customer.customer_id), 0) as weight
       from customer where project_id = $1 and customer_id > $2
      order by customer_id limit $3`,
    [tx.projectId, afterId, countMax],
  );
  return rows.map(({ customer_id, weight }) => ({
    customerId: customer_id,
    weight: Number(weight),
  }));
}

export async function countCustomers(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: bigint }>(
    "select count(*) as count from customer where project_id = $1",
    [tx.projectId],
  );
  return Number(row?.count ?? 0n);
}

interface SpanRow {
  up_to: bigint;
  count: bigint;
  distinct_count: bigint;
  first_missing: bigint | null;
  first_double: bigint | null;
}

/**
 * Every number up to the last one that was taken stands in a transaction that was committed before the
 * last one was seen here, so that what is missing is missing, whatever is written meanwhile.
 */
export function findInvoiceNumberSpan(tx: Tx): Promise<NumberSpan> {
  return wholeSpan(tx, "invoice");
}

/** The same for credit notes. */
export function findCreditNoteNumberSpan(tx: Tx): Promise<NumberSpan> {
  return wholeSpan(tx, "credit_note");
}

async function wholeSpan(tx: Tx, table: "invoice" | "credit_note"): Promise<NumberSpan> {
  const [row] = await tx.query<SpanRow>(
    `with taken as (
       select coalesce(max(last_number), 0) as up_to from ${table}_number where project_id = $1),
     placed as (
       select number, coalesce(lag(number) over (order by number), 0) as before
         from ${table} where project_id = $1)
     ${summed("0")}`,
    [tx.projectId],
  );
  return spanFrom(0n, row);
}

/** The same for the event log, which is read along its index, a part at a time. */
export async function findEventNumberSpan(
  tx: Tx,
  after: bigint,
  countMax: bigint,
): Promise<NumberSpan> {
  const [row] = await tx.query<SpanRow>(
    `with given as (
       select coalesce(max(last_number), 0) as last_number from event_number where project_id = $1),
     taken as (select least($2::bigint + $3::bigint, last_number) as up_to from given),
     placed as (
       select number, coalesce(lag(number) over (order by number), $2::bigint) as before
         from event, taken, given
        -- The last part has no end: a number above the last one is one that nobody gave.
        where project_id = $1 and number > $2::bigint
          and (number <= up_to or up_to = last_number))
     ${summed("$2::bigint")}`,
    [tx.projectId, after, countMax],
  );
  return spanFrom(after, row);
}

function summed(after: string): string {
  return `, summed as (
      select count(*) as count, count(distinct number) as distinct_count,
             coalesce(max(number), ${after}) as highest,
             min(before + 1) filter (where number > before + 1) as first_missing,
             min(number) filter (where number = before) as first_double
        from placed)
    select up_to, count, distinct_count, first_double,
           coalesce(first_missing, case when highest < up_to then highest + 1 end) as first_missing
      from taken, summed`;
}

function spanFrom(after: bigint, row: SpanRow | undefined): NumberSpan {
  return {
    after,
    upTo: row?.up_to ?? after,
    count: row?.count ?? 0n,
    distinctCount: row?.distinct_count ?? 0n,
    firstMissing: row?.first_missing ?? null,
    firstDouble: row?.first_double ?? null,
  };
}
