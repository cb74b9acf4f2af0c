import type { OwnedId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import { isPlain, type Meter } from "#modules/metering/domain/index.ts";
import type { SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import type { PauseJson, RestJson } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { plainArray } from "#platform/db/group-commit-arrays.ts";

/*
 * The hot path's one look at other concepts' tables: it needs a dozen columns of three of them for
 * thousands of subscriptions at once, and asking each concept's door would be a query each. It reads
 * and never writes.
 */

export interface FactsRow {
  customer_id: bigint;
  id: bigint;
  status: SubscriptionStatus;
  plan_id: bigint;
  plan_version: number;
  time_zone: string;
  interval_unit: Interval["unit"];
  interval_count: number;
  anchor_ms: number | null;
  period_start_ms: number | null;
  period_end_ms: number | null;
  began_ms: number | null;
  trial_end_ms: number | null;
  ended_ms: number | null;
  pause: PauseJson | null;
  rests: RestJson[] | null;
  test_clock_ms: number | null;
  terms_since_ms: number | null;
  add_ons: AddOnRow[] | null;
}

interface AddOnRow {
  plan: string;
  version: number;
}

// Instants as numbers: reading thousands of timestamps as text would cost more than the query.
const FACTS = `
  select subscription.customer_id, subscription.id, subscription.status, subscription.plan_id,
         subscription.plan_version, subscription.time_zone, subscription.interval_unit,
         subscription.interval_count,
         ${epochMs("subscription.anchor_at")} as anchor_ms,
         ${epochMs("subscription.current_period_start")} as period_start_ms,
         ${epochMs("subscription.current_period_end")} as period_end_ms,
         ${epochMs("subscription.began_at")} as began_ms,
         ${epochMs("subscription.trial_end_at")} as trial_end_ms,
         ${epochMs("subscription.ended_at")} as ended_ms, subscription.pause, subscription.rests,
         ${epochMs("customer.test_clock_at")} as test_clock_ms,
         ${epochMs("subscription.terms_since")} as terms_since_ms, subscription.add_ons`;

function epochMs(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

/** Facts of subscriptions; what does not exist is not among them. */
export async function listFactsOfSubscriptions(
  tx: Tx,
  ids: readonly OwnedId[],
): Promise<FactsRow[]> {
  if (ids.length === 0) return [];
  return tx.query<FactsRow>(
    `${FACTS}
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, id)
       join subscription
         on subscription.customer_id = asked.customer_id and subscription.id = asked.id
       join customer on customer.customer_id = subscription.customer_id
      where subscription.customer_id = any($1) and customer.customer_id = any($1)`,
    [plainArray(ids.map(({ customerId }) => customerId)), plainArray(ids.map(({ id }) => id))],
  );
}

/** Facts of all subscriptions that these customers have. */
export async function listFactsOfCustomers(
  tx: Tx,
  customerIds: readonly bigint[],
): Promise<FactsRow[]> {
  if (customerIds.length === 0) return [];
  return tx.query<FactsRow>(
    `${FACTS}
       from subscription
       join customer on customer.customer_id = subscription.customer_id
      where subscription.customer_id = any($1) and customer.customer_id = any($1)
      order by subscription.customer_id, subscription.id`,
    [plainArray(customerIds)],
  );
}

export interface PastTermsRow
  extends Pick<
    FactsRow,
    | "customer_id"
    | "id"
    | "plan_id"
    | "plan_version"
    | "time_zone"
    | "interval_unit"
    | "interval_count"
    | "add_ons"
  > {
  anchor_ms: number;
  since_ms: number;
  until_ms: number;
}

/** What subscriptions were sold on before, oldest first. */
export async function listPastTerms(
  tx: Tx,
  subscriptions: readonly FactsRow[],
): Promise<PastTermsRow[]> {
  if (subscriptions.length === 0) return [];
  const customerIds = plainArray(subscriptions.map(({ customer_id }) => customer_id));
  return tx.query<PastTermsRow>(
    `select change.customer_id, change.subscription_id as id, change.plan_id, change.plan_version,
            subscription.time_zone, change.interval_unit, change.interval_count, change.add_ons,
            ${epochMs("change.anchor_at")} as anchor_ms, ${epochMs("change.since")} as since_ms,
            ${epochMs("change.changed_at")} as until_ms
       from unnest($1::bigint[], $2::bigint[]) as asked (customer_id, id)
       join subscription_change as change
         on change.customer_id = asked.customer_id and change.subscription_id = asked.id
       join subscription
         on subscription.customer_id = asked.customer_id and subscription.id = asked.id
      where change.customer_id = any($1) and subscription.customer_id = any($1) and change.is_cut
      order by change.customer_id, change.subscription_id, change.since`,
    [customerIds, plainArray(subscriptions.map(({ id }) => id))],
  );
}

/** Which of these customers exist. */
export async function listCustomers(tx: Tx, customerIds: readonly bigint[]): Promise<bigint[]> {
  if (customerIds.length === 0) return [];
  const rows = await tx.query<{ customer_id: bigint }>(
    "select customer_id from customer where customer_id = any($1)",
    [plainArray(customerIds)],
  );
  return rows.map(({ customer_id }) => customer_id);
}

export interface PlanVersionKey {
  readonly planId: bigint;
  readonly version: number;
}

/** By metric, the meters that read it, or null where it is added up under its own name alone. */
export type MetersByMetric = ReadonlyMap<string, readonly Meter[] | null>;

/** What plan versions measure, by `planVersionKey`. */
export async function listMeters(
  tx: Tx,
  versions: readonly PlanVersionKey[],
): Promise<Map<string, MetersByMetric>> {
  if (versions.length === 0) return new Map();
  const rows = await tx.query<MeterRow>(
    `select price.plan_id, price.version, price.metric, coalesce(price.meter, price.metric) as name,
            price.aggregation, price.property, price.filters
       from unnest($1::bigint[], $2::int[]) as asked (plan_id, version)
       join price on price.plan_id = asked.plan_id and price.version = asked.version
      where price.project_id = $3 and price.metric is not null
      order by price.position`,
    [
      plainArray(versions.map(({ planId }) => planId)),
      plainArray(versions.map(({ version }) => version)),
      tx.projectId,
    ],
  );
  return new Map(
    versions.map((version) => {
      const key = planVersionKey(version);
      const own = rows.filter((row) => rowKey(row) === key);
      return [key, metersByMetric(own.map(toMeter))];
    }),
  );
}

interface MeterRow extends Omit<Meter, "filters"> {
  plan_id: bigint;
  version: number;
  filters: Meter["filters"] | null;
}

function rowKey({ plan_id, version }: MeterRow): string {
  return planVersionKey({ planId: plan_id, version });
}

function toMeter({ name, metric, aggregation, property, filters }: MeterRow): Meter {
  return { name, metric, aggregation, property, filters: filters ?? {} };
}

function metersByMetric(meters: readonly Meter[]): MetersByMetric {
  const byMetric = new Map<string, Meter[] | null>();
  for (const { metric } of meters) {
    const own = meters.filter((meter) => meter.metric === metric);
    const isPlainAlone = own.length === 1 && own.every(isPlain);
    byMetric.set(metric, isPlainAlone ? null : own);
  }
  return byMetric;
}

export function planVersionKey({ planId, version }: PlanVersionKey): string {
  return `${planId}.${version}`;
}
