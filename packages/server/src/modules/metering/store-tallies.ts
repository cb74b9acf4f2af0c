import type { EpochMs } from "#kernel/clock.ts";
import { formatNanos, type Nanos, storedAttos, storedNanos } from "#kernel/nanos.ts";
import type { PeriodTally } from "#modules/metering/domain/index.ts";
import type { PercentageModel } from "#modules/rating/domain/index.ts";
import { columns } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

/** Which events are tallied, and what each of them costs. */
export interface TallyAsked {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly metric: string;
  readonly periodStartMs: EpochMs;
  /** Events of fewer closings were billed before; those of more are left out. */
  readonly closings: number;
  readonly model: PercentageModel;
}

interface TallyRow {
  count: string;
  fees: string;
  billed_count: string;
  billed_fees: string;
}

/**
 * What the events of periods come to one by one, in the order asked: one statement for all of them.
 * `eventFee` of rating says the same of a single event.
 */
export async function tallyEvents(tx: Tx, asked: readonly TallyAsked[]): Promise<PeriodTally[]> {
  if (asked.length === 0) return [];
  const rows = await tx.query<TallyRow>(
    `select tally.*
       from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::int[], $6::numeric[],
                   $7::numeric[], $8::numeric[], $9::numeric[])
            with ordinality
            as asked (customer_id, subscription_id, metric, period_start, closings, rate,
                      fee_per_event, fee_minimum, fee_maximum, position)
      cross join lateral (
        select coalesce(sum(sign(quantity)), 0) as count,
               coalesce(sum(fee), 0) as fees,
               coalesce(sum(sign(quantity)) filter (where closings < asked.closings), 0)
                 as billed_count,
               coalesce(sum(fee) filter (where closings < asked.closings), 0) as billed_fees
          from (select event.quantity, event.closings,
                       sign(event.quantity)
                         * least(greatest(abs(event.quantity) * asked.rate + asked.fee_per_event,
                                          asked.fee_minimum),
                                 asked.fee_maximum) as fee
                  from usage_event as event
                 where event.customer_id = asked.customer_id
                   and event.subscription_id = asked.subscription_id
                   and event.metric = asked.metric
                   and event.period_start = asked.period_start
                   and event.closings <= asked.closings
                   and event.customer_id = any($1)) as priced
      ) as tally
      order by asked.position`,
    columns(asked.map(askedColumns), [
      "customerId",
      "subscriptionId",
      "metric",
      "periodStartMs",
      "closings",
      "rate",
      "feePerEvent",
      "feeMinimum",
      "feeMaximum",
    ]),
  );
  return rows.map(({ count, fees, billed_count, billed_fees }) => ({
    all: { count: storedNanos(count), fees: storedAttos(fees) },
    billed: { count: storedNanos(billed_count), fees: storedAttos(billed_fees) },
  }));
}

function askedColumns({ model, ...key }: TallyAsked) {
  return {
    ...key,
    rate: formatNanos(model.rate),
    feePerEvent: formatNanos(model.feePerEvent),
    feeMinimum: textOrNull(model.feeMinimum),
    feeMaximum: textOrNull(model.feeMaximum),
  };
}

function textOrNull(bound: Nanos | null): string | null {
  return bound === null ? null : formatNanos(bound);
}
