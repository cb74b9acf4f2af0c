import type pg from "pg";

/** The project and plan that are billed. */
export const PROJECT_ID = 3;
const PLAN_ID = 1_000n;
export const ANCHOR = "2026-01-01T00:00:00Z";

/** The third of its three metrics has a price below a cent. */
const METRICS = ["packages", "returns", "api_calls"];

/**
 * Makes a project with one plan (a base fee and three metrics, in arrears) and so many subscriptions
 * to it, each of a customer of its own, in their first period.
 */
export async function seedSubscriptions(owner: pg.Pool, count: number): Promise<void> {
  await owner.query(
    `insert into project (project_id, slug, side, name, key_prefix, return_origins, retry_days, created_at)
     values ($1, 'bench', 'sandbox', 'Bench', 'bench', '{}', '{1,3,5,7}', $2)`,
    [PROJECT_ID, ANCHOR],
  );
  await owner.query("insert into invoice_number values ($1, 0)", [PROJECT_ID]);
  await seedPlan(owner);
  await owner.query(
    `insert into customer (customer_id, project_id, external_id, email, name, time_zone, currency, metadata, created_at)
     select n, $1, 'customer-' || n, 'customer' || n || '@example.com', 'Customer ' || n, 'UTC', 'JMD', '{}', $2
       from generate_series(1, $3::bigint) as n`,
    [PROJECT_ID, ANCHOR, count],
  );
  await owner.query(
    `insert into ledger_head select n, $1, 0, decode(repeat('00', 32), 'hex') from generate_series(1, $2::bigint) as n`,
    [PROJECT_ID, count],
  );
  await owner.query(
    `insert into subscription
            (customer_id, id, project_id, plan_id, plan_version, status, metadata, time_zone,
             interval_unit, interval_count, anchor_at, period_index, current_period_start,
             current_period_end, cancel_at_period_end, next_action_at, on_test_clock, created_at,
             activated_at)
     select n, n + 1000000000, $1, $2, 1, 'active', '{}', 'UTC', 'month', 1, start, 0, start,
            start + interval '1 month', false, start + interval '1 month', false, start, start
       from generate_series(1, $3::bigint) as n, (select $4::timestamptz as start) as anchor`,
    [PROJECT_ID, PLAN_ID, count, ANCHOR],
  );
  await owner.query("vacuum analyze");
}

/** What each subscription used of each metric in period `index`. */
export async function seedUsage(owner: pg.Pool, index: number): Promise<void> {
  await owner.query(
    `insert into usage_counter
            (customer_id, subscription_id, metric, period_start, project_id, quantity, event_count,
             billed_quantity, closings)
     select customer_id, id, metric, $1::timestamptz + $2 * interval '1 month', project_id,
            10 + (customer_id % 90), 10, 0, 0
       from subscription, unnest($3::text[]) as metric
      order by customer_id, id, metric`,
    [ANCHOR, index, METRICS],
  );
  await owner.query("vacuum analyze usage_counter");
  await owner.query("checkpoint");
}

async function seedPlan(owner: pg.Pool): Promise<void> {
  await owner.query("insert into plan values ($1, $2, 1, 'active', $3)", [
    PROJECT_ID,
    PLAN_ID,
    ANCHOR,
  ]);
  await owner.query(
    `insert into plan_version (project_id, plan_id, version, name, currency, interval_unit, interval_count, metadata, published_at)
     values ($1, $2, 1, 'Business', 'JMD', 'month', 1, '{}', $3)`,
    [PROJECT_ID, PLAN_ID, ANCHOR],
  );
  await owner.query(
    `insert into price (project_id, plan_id, version, price_id, position, name, model, billed, metric, unit_price, included_quantity)
     values ($1, $2, 1, 1001, 1, 'Business', 'flat', 'arrears', null, 2999, 0),
            ($1, $2, 1, 1002, 2, 'packages', 'per_unit', 'arrears', 'packages', 50, 0),
            ($1, $2, 1, 1003, 3, 'returns', 'per_unit', 'arrears', 'returns', 100, 0),
            ($1, $2, 1, 1004, 4, 'api_calls', 'per_unit', 'arrears', 'api_calls', 0.001, 0)`,
    [PROJECT_ID, PLAN_ID],
  );
}
