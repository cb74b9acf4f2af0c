import pg from "pg";
import { DAY_MS, type EpochMs, isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { type Interval, periodAt } from "#kernel/interval.ts";
import type { SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";

/** Where these subscriptions' first period begins: a month before most tests' present. */
const ANCHOR_MS = Date.UTC(2026, 9, 1);

const PLAN_ID = 7n;
const INTERVAL: Interval = { unit: "month", count: 1 };

export interface SubscriptionFixture {
  readonly projectId: number;
  /** The same customer may have several subscriptions. */
  readonly customerId: bigint;
  readonly id: bigint;
  readonly status: SubscriptionStatus;
  readonly externalId: string | null;
  readonly anchorMs: EpochMs;
  /** Counted from the anchor. */
  readonly periodIndex: number;
  readonly endedAtMs: EpochMs | null;
  readonly testClockAtMs: EpochMs | null;
}

/** Writes rows of other concepts as their owner, for the tests and benches of metering alone. */
export interface MeteringFixtures {
  /** A plan version that prices these metrics. */
  plan(projectId: number, metrics: readonly string[], version?: number): Promise<void>;
  /** Subscriptions of that plan with their customers; answers their ids as the wire has them. */
  subscriptions(
    projectId: number,
    wanted: readonly Partial<SubscriptionFixture>[],
  ): Promise<string[]>;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export function openMeteringFixtures(ownerUrl: string): MeteringFixtures {
  const pool = new pg.Pool({
    connectionString: ownerUrl,
    max: 1,
    options: "-c search_path=farthing -c timezone=UTC",
  });
  let lastId = 1n << 40n;

  async function query<Row extends object>(sql: string, values: readonly unknown[] = []) {
    return (await pool.query<Row>(sql, [...values])).rows;
  }

  return {
    query,
    async plan(projectId, metrics, version = 1) {
      await query(
        `insert into plan (project_id, plan_id, latest_version, status, created_at)
         values ($1, $2, $3, 'active', now()) on conflict do nothing`,
        [projectId, PLAN_ID, version],
      );
      await query(
        `insert into plan_version (project_id, plan_id, version, name, currency, interval_unit,
                                   interval_count, metadata, published_at)
         values ($1, $2, $3, 'Metered', 'USD', 'month', 1, '{}', now())`,
        [projectId, PLAN_ID, version],
      );
      await query(
        `insert into price (project_id, plan_id, version, price_id, position, name, model, billed,
                            metric, unit_price, included_quantity)
         select $1, $2, $3, position, position, metric, 'per_unit', 'arrears', metric, 1, 0
           from unnest($4::text[]) with ordinality as priced (metric, position)`,
        [projectId, PLAN_ID, version, [...metrics]],
      );
    },
    async subscriptions(projectId, wanted) {
      const made = wanted.map((changes) => {
        lastId += 1n;
        return { ...subscriptionFixture(projectId, lastId), ...changes };
      });
      for (const fixture of made) await insertSubscription(query, fixture);
      return made.map((fixture: OwnedId) => formatOwnedId("subscription", fixture));
    },
    close: () => pool.end(),
  };
}

function subscriptionFixture(projectId: number, id: bigint): SubscriptionFixture {
  return {
    projectId,
    customerId: id,
    id,
    status: "active",
    externalId: null,
    anchorMs: ANCHOR_MS,
    periodIndex: 1,
    endedAtMs: null,
    testClockAtMs: null,
  };
}

async function insertSubscription(
  query: MeteringFixtures["query"],
  fixture: SubscriptionFixture,
): Promise<void> {
  const { projectId, customerId, id, anchorMs, endedAtMs, testClockAtMs, externalId } = fixture;
  await query(
    `insert into customer (customer_id, project_id, external_id, name, time_zone, metadata,
                           test_clock_at, created_at)
     values ($1, $2, $3, 'A customer', 'UTC', '{}', $4, now()) on conflict do nothing`,
    [customerId, projectId, externalId, isoInstantOrNull(testClockAtMs)],
  );
  if (externalId !== null) {
    await query("insert into lookup values ($1, $2, $3, $3) on conflict do nothing", [
      `customer.external_id:${projectId}:${externalId}`,
      projectId,
      customerId,
    ]);
  }
  const isAnchored = fixture.status !== "incomplete";
  const period = periodAt({ anchorMs, interval: INTERVAL, timeZone: "UTC" }, fixture.periodIndex);
  await query(
    `insert into subscription (customer_id, id, project_id, plan_id, plan_version, status, metadata,
                               time_zone, interval_unit, interval_count, anchor_at, period_index,
                               current_period_start, current_period_end, cancel_at_period_end,
                               ended_at, on_test_clock, created_at, began_at)
     values ($1, $2, $3, $4, 1, $5, '{}', 'UTC', 'month', 1, $6, $7, $8, $9, false, $10, $11, $12, $6)`,
    [
      customerId,
      id,
      projectId,
      PLAN_ID,
      fixture.status,
      isAnchored ? isoInstant(anchorMs) : null,
      isAnchored ? fixture.periodIndex : null,
      isAnchored ? isoInstant(period.startMs) : null,
      isAnchored ? isoInstant(endedAtMs ?? period.endMs) : null,
      isoInstantOrNull(endedAtMs),
      testClockAtMs !== null,
      isoInstant(anchorMs - DAY_MS),
    ],
  );
}
