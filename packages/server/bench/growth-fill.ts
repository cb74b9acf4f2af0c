import pg from "pg";
import { month, type ProductServer } from "./ingest-servers.ts";
import { tellProgress } from "./support/progress.ts";

const ROWS_PER_STATEMENT = 500_000;

/**
 * Brings the table of usage events to so many rows, spread over the server's subscriptions and over
 * the two months in which references are looked for; the counters say the same. Answers how many rows
 * there are then: what clients have sent before stays.
 */
export async function fillUsage(
  ownerUrl: string,
  { projectId }: ProductServer,
  rows: number,
): Promise<number> {
  const owner = new pg.Client({
    connectionString: ownerUrl,
    options: "-c search_path=farthing -c timezone=UTC",
  });
  await owner.connect();
  try {
    const counted = await owner.query<{ count: string }>("select count(*) from usage_event");
    let stored = Number(counted.rows[0]?.count);
    while (stored < rows) {
      const missing = Math.min(ROWS_PER_STATEMENT, rows - stored);
      await owner.query(FILL, [projectId, stored, missing, ...months()]);
      stored += missing;
      tellProgress(`${stored.toLocaleString("en")} events stored of ${rows.toLocaleString("en")}`);
    }
    await owner.query("vacuum analyze usage_event, usage_counter");
    // What was written here is not to be paid for by what is measured next.
    await owner.query("checkpoint");
    return stored;
  } finally {
    await owner.end();
  }
}

function months(): [now: Date, thisMonth: string, lastMonth: string] {
  const now = new Date();
  const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  return [now, month(now), month(before)];
}

const FILL = `
  with subscribed as (
    select customer_id, id, row_number() over (order by customer_id) - 1 as place
      from subscription where project_id = $1
  ), written as (
    insert into usage_event
           (customer_id, subscription_id, reference_id, received_month, project_id, metric, quantity,
            occurred_at, received_at, period_start, closings)
    select customer_id, id, 'fill-' || md5(n::text),
           case when n % 2 = 0 then $5::date else $6::date end, $1, 'packages', 1 + n % 9,
           $4, $4, $5::date, 0
      from generate_series($2::bigint + 1, $2::bigint + $3::bigint) as n
      join subscribed on place = (n * 7919) % (select count(*) from subscribed)
    returning customer_id, subscription_id, quantity
  )
  insert into usage_counter as counter
         (customer_id, subscription_id, metric, period_start, project_id, quantity, event_count,
          billed_quantity, closings)
  select customer_id, subscription_id, 'packages', $5::date, $1, sum(quantity), count(*), 0, 0
    from written group by customer_id, subscription_id
  on conflict (customer_id, subscription_id, metric, period_start) do update
     set quantity = counter.quantity + excluded.quantity,
         event_count = counter.event_count + excluded.event_count`;
