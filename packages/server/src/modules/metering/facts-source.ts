import { groupBy } from "#kernel/group-by.ts";
import { type OwnedId, ownedKey, parseId, parseOwnedId } from "#kernel/ids.ts";
import type { Anchoring } from "#kernel/interval.ts";
import { EXTERNAL_ID_KIND } from "#modules/customers/index.ts";
import type {
  PastTermsFacts,
  SubscriptionFacts,
  TargetFacts,
  UsageEvent,
} from "#modules/metering/domain/index.ts";
import { restsOf } from "#modules/subscriptions/domain/index.ts";
import { pauseFromJson, restsFromJson } from "#modules/subscriptions/index.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import { findByNames } from "#platform/db/lookup.ts";
import {
  type FactsRow,
  listCustomers,
  listFactsOfCustomers,
  listFactsOfSubscriptions,
  listMeters,
  listPastTerms,
  type MetersByMetric,
  type PastTermsRow,
  type PlanVersionKey,
  planVersionKey,
} from "./store-facts.ts";

/** Names what an event is for: a subscription's id, or `customer ` and the name of a customer. */
export type Target = string;

const CUSTOMER = "customer ";

export function targetOf({ subscription, customer }: UsageEvent): Target {
  return subscription ?? CUSTOMER + (customer ?? "");
}

/** Reads the facts of many targets, in one query for each kind of target. */
export type LoadFacts = (
  projectId: number,
  targets: readonly Target[],
) => Promise<Map<Target, TargetFacts>>;

const PLAN_VERSIONS_MAX = 10_000;

export function createFactsSource({ db }: { readonly db: Database }): LoadFacts {
  // A plan version never changes, so what it measures is read once.
  const metersByVersion = new Map<string, MetersByMetric>();

  async function withMetrics(tx: Tx, rows: readonly FactsRow[]): Promise<SubscriptionFacts[]> {
    const past = await listPastTerms(
      tx,
      rows.filter(({ terms_since_ms }) => terms_since_ms !== null),
    );
    const unknown = new Map(
      [...rows, ...past]
        .flatMap(versionsOf)
        .map((version) => [planVersionKey(version), version] as const)
        .filter(([key]) => !metersByVersion.has(key)),
    );
    const found = await listMeters(tx, [...unknown.values()]);
    const metersOf = (key: string) => found.get(key) ?? metersByVersion.get(key) ?? NO_METERS;
    const pastOf = groupBy(past, subscriptionKey);
    const facts = rows.map((row) =>
      factsOf(row, pastOf.get(subscriptionKey(row)) ?? NO_TERMS, metersOf),
    );
    if (metersByVersion.size + found.size > PLAN_VERSIONS_MAX) metersByVersion.clear();
    for (const [key, metrics] of found) metersByVersion.set(key, metrics);
    return facts;
  }

  async function ofSubscriptions(tx: Tx, targets: readonly Target[]) {
    const ids = new Map<Target, OwnedId>();
    for (const target of targets) {
      const id = parseOwnedId("subscription", target);
      if (id !== null) ids.set(target, id);
    }
    const rows = await listFactsOfSubscriptions(tx, [...ids.values()]);
    const facts = new Map((await withMetrics(tx, rows)).map((fact) => [ownedKey(fact), fact]));
    return targets.map((target): [Target, TargetFacts] => {
      const id = ids.get(target);
      const found = id && facts.get(ownedKey(id));
      return [target, found === undefined ? null : [found]];
    });
  }

  async function ofCustomers(tx: Tx, targets: readonly Target[]) {
    const ids = await customerIds(tx, targets);
    const rows = await listFactsOfCustomers(tx, [...new Set(ids.values())]);
    const facts = groupBy(await withMetrics(tx, rows), ({ customerId }) => customerId);
    return targets.map((target): [Target, TargetFacts] => {
      const customerId = ids.get(target);
      if (customerId === undefined) return [target, null];
      return [target, facts.get(customerId) ?? []];
    });
  }

  return async (projectId, targets) => {
    const customers = targets.filter((target) => target.startsWith(CUSTOMER));
    const subscriptions = targets.filter((target) => !target.startsWith(CUSTOMER));
    return db.inProject(projectId, async (tx) => {
      const found = [
        ...(await ofSubscriptions(tx, subscriptions)),
        ...(await ofCustomers(tx, customers)),
      ];
      return new Map(found);
    });
  };
}

/** The customers that exist among targets: by our id where it reads as one, else by the merchant's. */
async function customerIds(
  tx: Tx,
  targets: readonly Target[],
): Promise<ReadonlyMap<Target, bigint>> {
  const named = targets.map((target) => ({ target, name: target.slice(CUSTOMER.length) }));
  const ours = named.map(({ target, name }) => ({ target, id: parseId("customer", name) }));
  const asked = ours.flatMap(({ id }) => (id === null ? [] : [id]));
  const existing = new Set(await listCustomers(tx, asked));
  const external = named.filter(({ name }) => parseId("customer", name) === null);
  const byExternalId = await findByNames(
    tx,
    EXTERNAL_ID_KIND,
    external.map(({ name }) => name),
  );
  const ids = new Map<Target, bigint>();
  for (const { target, id } of ours) if (id !== null && existing.has(id)) ids.set(target, id);
  for (const { target, name } of external) {
    const customer = byExternalId.get(name);
    if (customer !== undefined) ids.set(target, customer.id);
  }
  return ids;
}

type MetersOf = (planVersion: string) => MetersByMetric;

function factsOf(
  row: FactsRow,
  past: readonly PastTermsRow[],
  metersOf: MetersOf,
): SubscriptionFacts {
  return toFacts(
    row,
    metricsOf(row, metersOf),
    past.map((terms) => toPastFacts(terms, metricsOf(terms, metersOf))),
  );
}

/** A metric is sold once, be it by the plan or by an add-on. */
function metricsOf(sold: SoldRow, metersOf: MetersOf): MetersByMetric {
  const [plan, ...addOns] = versionsOf(sold).map((version) => metersOf(planVersionKey(version)));
  if (plan === undefined || addOns.length === 0) return plan ?? NO_METERS;
  return new Map([plan, ...addOns].flatMap((meters) => [...meters]));
}

type SoldRow = Pick<FactsRow, "plan_id" | "plan_version" | "add_ons">;

const NO_METERS: MetersByMetric = new Map();

/** The plan version that is sold, and those of the add-ons. */
function versionsOf({ plan_id, plan_version, add_ons }: SoldRow): PlanVersionKey[] {
  const plan = { planId: plan_id, version: plan_version };
  if (add_ons === null) return [plan];
  const added = add_ons.map((item) => ({
    planId: BigInt(item.plan),
    version: item.version,
  }));
  return [plan, ...added];
}

const NO_TERMS: readonly PastTermsRow[] = [];

function subscriptionKey({ customer_id, id }: Pick<FactsRow, "customer_id" | "id">): string {
  return ownedKey({ customerId: customer_id, id });
}

function toPastFacts(row: PastTermsRow, metrics: MetersByMetric): PastTermsFacts {
  return {
    startMs: row.since_ms,
    endMs: row.until_ms,
    anchoring: anchoringOf(row, row.anchor_ms),
    metrics,
  };
}

function anchoringOf(
  row: Pick<FactsRow, "interval_unit" | "interval_count" | "time_zone">,
  anchorMs: number,
): Anchoring {
  const interval = { unit: row.interval_unit, count: row.interval_count };
  return { anchorMs, interval, timeZone: row.time_zone };
}

function toFacts(
  row: FactsRow,
  metrics: MetersByMetric,
  past: readonly PastTermsFacts[],
): SubscriptionFacts {
  const { anchor_ms, period_start_ms, period_end_ms } = row;
  return {
    customerId: row.customer_id,
    id: row.id,
    status: row.status,
    anchoring: anchor_ms === null ? null : anchoringOf(row, anchor_ms),
    runningPeriod:
      period_start_ms === null || period_end_ms === null
        ? null
        : { startMs: period_start_ms, endMs: period_end_ms },
    beganMs: row.began_ms,
    trialEndMs: row.trial_end_ms,
    endedAtMs: row.ended_ms,
    rests: restsOf({
      rests: restsFromJson(row.rests),
      pause: pauseFromJson(row.pause),
      anchorMs: anchor_ms,
    }),
    metrics,
    termsSinceMs: row.terms_since_ms,
    past,
    testClockAtMs: row.test_clock_ms,
  };
}
