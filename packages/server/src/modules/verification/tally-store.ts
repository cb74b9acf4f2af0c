import { ownedKey } from "#kernel/ids.ts";
import { formatNanos, storedAttos, storedNanos } from "#kernel/nanos.ts";
import { isPerEvent, type PercentageModel } from "#modules/rating/domain/index.ts";
import type { InvoiceFact, LineFact, TallyFact } from "#modules/verification/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface Asked {
  readonly line: LineFact;
  readonly subscriptionId: bigint;
  readonly metric: string;
  readonly closings: number;
  readonly model: PercentageModel;
}

interface TallyRow {
  count: string;
  fees: string;
  count_before: string;
  fees_before: string;
}

/** What the events behind a line come to one by one, for the lines whose price asks for that. */
export async function listTallyFacts(
  tx: Tx,
  invoices: readonly InvoiceFact[],
  lines: readonly LineFact[],
): Promise<TallyFact[]> {
  const asked = askedOf(invoices, lines);
  if (asked.length === 0) return [];
  const rows = await tx.query<TallyRow>(TALLIES, columns(asked.map(placed), [...KEY, ...FEES]));
  return rows.flatMap((row, index) => {
    const line = asked[index]?.line;
    if (line === undefined) return [];
    const { customerId, invoiceId, lineNumber } = line;
    const all = { count: storedNanos(row.count), fees: storedAttos(row.fees) };
    const before = { count: storedNanos(row.count_before), fees: storedAttos(row.fees_before) };
    return [{ customerId, invoiceId, lineNumber, all, before }];
  });
}

function askedOf(invoices: readonly InvoiceFact[], lines: readonly LineFact[]): Asked[] {
  const subscriptionOf = new Map(
    invoices.map((invoice) => [ownedKey(invoice), invoice.subscriptionId]),
  );
  return lines.flatMap((line) => {
    const { customerId, invoiceId, metric, computation } = line;
    const subscriptionId = subscriptionOf.get(ownedKey({ customerId, id: invoiceId })) ?? null;
    if (computation?.type !== "usage" || metric === null || subscriptionId === null) return [];
    const { model, closings } = computation;
    return isPerEvent(model) ? [{ line, subscriptionId, metric, closings, model }] : [];
  });
}

const KEY = ["customerId", "subscriptionId", "metric", "periodStartMs", "closings"] as const;
const FEES = ["rate", "feePerEvent", "feeMinimum", "feeMaximum"] as const;

// A fee is told here in words of its own, so that those by which it was billed are put to the proof.
const TALLIES = `
  with asked as (
    select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::int[],
                         $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[])
             with ordinality
             as asked (customer_id, subscription_id, metric, period_start, closings, rate, fee, least_fee,
                       most_fee, position)),
  charged as (
    select position, event.closings < asked.closings as is_before,
           case when event.quantity < 0 then -1 else 1 end as direction,
           abs(event.quantity) * rate + fee as fee, least_fee, most_fee
      from asked
      join usage_event as event
        on event.customer_id = asked.customer_id and event.subscription_id = asked.subscription_id
       and event.metric = asked.metric and event.period_start = asked.period_start
       and event.closings <= asked.closings
     where event.customer_id = any($1)),
  bounded as (
    select position, is_before, direction,
           direction * case when fee > most_fee then most_fee
                            when fee < least_fee then least_fee else fee end as fee
      from charged)
  select coalesce(sum(direction), 0) as count, coalesce(sum(bounded.fee), 0) as fees,
         coalesce(sum(direction) filter (where is_before), 0) as count_before,
         coalesce(sum(bounded.fee) filter (where is_before), 0) as fees_before
    from asked left join bounded using (position)
   group by position order by position`;

function placed({ line, model, ...key }: Asked) {
  const bound = (fee: bigint | null) => (fee === null ? null : formatNanos(fee));
  return {
    ...key,
    customerId: line.customerId,
    periodStartMs: line.period.startMs,
    rate: formatNanos(model.rate),
    feePerEvent: formatNanos(model.feePerEvent),
    feeMinimum: bound(model.feeMinimum),
    feeMaximum: bound(model.feeMaximum),
  };
}
