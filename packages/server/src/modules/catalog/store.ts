import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { Interval } from "#kernel/interval.ts";
import { formatNanos, type Nanos, storedNanos } from "#kernel/nanos.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import {
  type Billed,
  type LifecycleJson,
  lifecycleFromJson,
  lifecycleToJson,
  type Plan,
  type PlanKind,
  type PlanStatus,
  type PlanVersion,
  type PlanVersionKey,
  type Price,
  planKey,
  type UnpaidEnd,
  usualLifecycle,
} from "#modules/catalog/domain/index.ts";
import type { Aggregation, Meter } from "#modules/metering/domain/index.ts";
import {
  type PriceModel,
  type PriceModelJson,
  priceModelFromJson,
  priceModelToJson,
  type SpendLimits,
  type TierJson,
  tierFromJson,
  tierToJson,
} from "#modules/rating/domain/index.ts";
import type { ChangeMode } from "#modules/subscriptions/domain/index.ts";
import { columns, instant } from "#platform/db/columns.ts";
import type { Tx } from "#platform/db/database.ts";

interface PlanRow {
  plan_id: bigint;
  latest_version: number;
  status: PlanStatus;
  created_at: EpochMs;
}

interface VersionRow {
  plan_id: bigint;
  version: number;
  name: string;
  description: string | null;
  currency: string;
  interval_unit: Interval["unit"];
  interval_count: number;
  when_unpaid: UnpaidEnd;
  lifecycle: LifecycleJson | null;
  metadata: Record<string, unknown>;
  published_at: EpochMs;
  minimum_spend: string | null;
  maximum_spend: string | null;
  kind: PlanKind;
  upgrade: ChangeMode;
  downgrade: ChangeMode;
  proration: ProrationBasis;
  payment_gated: boolean;
  quantity_included: bigint | null;
  quantity_step: bigint | null;
}

interface PriceRow {
  plan_id: bigint;
  version: number;
  price_id: bigint;
  name: string;
  model: "flat" | PriceModel["type"];
  billed: Billed;
  metric: string | null;
  meter: string | null;
  aggregation: Aggregation;
  property: string | null;
  filters: Meter["filters"] | null;
  unit_price: string | null;
  tiers: TierJson[] | null;
  included_quantity: string;
  terms: PriceModelJson | null;
  minimum_spend: string | null;
  maximum_spend: string | null;
}

export async function insertPlan(tx: Tx, { status, createdAtMs, latest }: Plan): Promise<void> {
  await tx.query(
    `insert into plan (project_id, plan_id, latest_version, status, created_at)
     values ($1, $2, $3, $4, $5)`,
    [tx.projectId, latest.planId, latest.version, status, instant(createdAtMs)],
  );
  await insertVersion(tx, latest);
}

/**
 * Writes the version that follows the plan's newest one. False, and nothing is written, when the plan
 * was archived or another version was published since it was read.
 */
export async function insertNextVersion(tx: Tx, next: PlanVersion): Promise<boolean> {
  const claimed = await tx.query(
    `update plan set latest_version = $3
      where project_id = $1 and plan_id = $2 and latest_version = $3 - 1 and status = 'active'
      returning plan_id`,
    [tx.projectId, next.planId, next.version],
  );
  if (claimed.length === 0) return false;
  await insertVersion(tx, next);
  return true;
}

/** False when there is no such plan. */
export async function updatePlanArchived(tx: Tx, planId: bigint): Promise<boolean> {
  const rows = await tx.query(
    `update plan set status = 'archived' where project_id = $1 and plan_id = $2
      returning plan_id`,
    [tx.projectId, planId],
  );
  return rows.length > 0;
}

export async function findPlan(tx: Tx, planId: bigint): Promise<Plan | null> {
  const rows = await tx.query<PlanRow>(
    "select * from plan where project_id = $1 and plan_id = $2",
    [tx.projectId, planId],
  );
  return (await withLatest(tx, rows))[0] ?? null;
}

/** Newest first. */
export async function listPlans(
  tx: Tx,
  filter: { readonly status?: PlanStatus },
  page: { readonly before: bigint | null; readonly limit: number },
): Promise<Plan[]> {
  const rows = await tx.query<PlanRow>(
    `select * from plan
      where project_id = $1 and ($2::text is null or status = $2)
        and ($3::bigint is null or plan_id < $3)
      order by plan_id desc limit $4`,
    [tx.projectId, filter.status ?? null, page.before, page.limit],
  );
  return withLatest(tx, rows);
}

/** Finds what exists of these versions, by `planKey`. */
export async function findPlanVersions(
  tx: Tx,
  keys: readonly PlanVersionKey[],
): Promise<Map<string, PlanVersion>> {
  if (keys.length === 0) return new Map();
  const wanted = [...columns(keys, ["planId", "version"]), tx.projectId];
  const versions = await tx.query<VersionRow>(
    `select * from plan_version
      where project_id = $3
        and (plan_id, version) in (select * from unnest($1::bigint[], $2::int[]))`,
    wanted,
  );
  const prices = await tx.query<PriceRow>(
    `select * from price
      where project_id = $3
        and (plan_id, version) in (select * from unnest($1::bigint[], $2::int[]))
      order by position`,
    wanted,
  );
  const pricesOf = new Map<string, Price[]>(versions.map((row) => [rowKey(row), []]));
  for (const row of prices) pricesOf.get(rowKey(row))?.push(toPrice(row));
  return new Map(
    versions.map((row) => [rowKey(row), toVersion(row, pricesOf.get(rowKey(row)) ?? [])]),
  );
}

/** Those of these prices that are charged for add-ons. */
export async function listPricesOfAddOns(tx: Tx, priceIds: readonly bigint[]): Promise<bigint[]> {
  if (priceIds.length === 0) return [];
  const rows = await tx.query<{ price_id: bigint }>(
    `select distinct price.price_id
       from price
       join plan_version using (project_id, plan_id, version)
      where project_id = $1 and price.price_id = any($2) and plan_version.kind = 'add_on'`,
    [tx.projectId, priceIds],
  );
  return rows.map((row) => row.price_id);
}

async function insertVersion(tx: Tx, version: PlanVersion): Promise<void> {
  const { planId, interval, changePolicy, quantityPolicy } = version;
  await tx.query(
    `insert into plan_version
            (project_id, plan_id, version, name, description, currency, interval_unit, interval_count,
             metadata, published_at, minimum_spend, maximum_spend, when_unpaid, lifecycle, kind,
             upgrade, downgrade, proration, payment_gated, quantity_included, quantity_step)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21)`,
    [
      tx.projectId,
      planId,
      version.version,
      version.name,
      version.description,
      version.currency,
      interval.unit,
      interval.count,
      JSON.stringify(version.metadata),
      instant(version.publishedAtMs),
      textOrNull(version.spend.minimum),
      textOrNull(version.spend.maximum),
      version.whenUnpaid,
      JSON.stringify(lifecycleToJson(version.lifecycle)),
      version.kind,
      changePolicy.upgrade,
      changePolicy.downgrade,
      changePolicy.proration,
      changePolicy.isPaymentGated,
      quantityPolicy?.included ?? null,
      quantityPolicy?.step ?? null,
    ],
  );
  await insertPrices(tx, version);
}

async function insertPrices(tx: Tx, { planId, version, prices }: PlanVersion): Promise<void> {
  await tx.query(
    `insert into price
            (price_id, position, name, model, billed, metric, unit_price, tiers, included_quantity,
             terms, minimum_spend, maximum_spend, meter, aggregation, property, filters, project_id,
             plan_id, version)
     select made.*, $17::int, $18::bigint, $19::int
       from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                   $7::numeric[], $8::jsonb[], $9::numeric[], $10::jsonb[], $11::numeric[],
                   $12::numeric[], $13::text[], $14::text[], $15::text[], $16::jsonb[]) as made`,
    [
      ...columns(prices.map(priceColumns), [
        "priceId",
        "position",
        "name",
        "model",
        "billed",
        "metric",
        "unitPrice",
        "tiers",
        "includedQuantity",
        "terms",
        "minimumSpend",
        "maximumSpend",
        "meter",
        "aggregation",
        "property",
        "filters",
      ]),
      tx.projectId,
      planId,
      version,
    ],
  );
}

async function withLatest(tx: Tx, rows: readonly PlanRow[]): Promise<Plan[]> {
  const keys = rows.map((row) => ({ planId: row.plan_id, version: row.latest_version }));
  const versions = await findPlanVersions(tx, keys);
  return rows.map((row) => ({
    status: row.status,
    createdAtMs: row.created_at,
    latest: present(
      versions.get(planKey({ planId: row.plan_id, version: row.latest_version })),
      "a plan's newest version is written with it",
    ),
  }));
}

function rowKey(row: { readonly plan_id: bigint; readonly version: number }): string {
  return planKey({ planId: row.plan_id, version: row.version });
}

function priceColumns(price: Price, position: number) {
  const { priceId, name, billed } = price;
  return { priceId, position, name, billed, ...modelColumns(price), ...meterColumns(price) };
}

function modelColumns(price: Price) {
  if (price.kind === "flat") {
    const unitPrice = formatNanos(price.amount);
    return { ...NO_MODEL, model: "flat", unitPrice, includedQuantity: "0" };
  }
  const { metric, model, spend } = price;
  const includedQuantity = formatNanos(model.includedQuantity);
  const common = {
    ...NO_MODEL,
    model: model.type,
    metric,
    includedQuantity,
    minimumSpend: textOrNull(spend.minimum),
    maximumSpend: textOrNull(spend.maximum),
  };
  switch (model.type) {
    case "per_unit":
      return { ...common, unitPrice: formatNanos(model.unitPrice) };
    case "graduated":
    case "volume":
      return { ...common, tiers: model.tiers.map(tierToJson) };
    case "graduated_percentage":
    case "package":
    case "percentage":
      return { ...common, terms: priceModelToJson(model) };
  }
}

const NO_MODEL = {
  metric: null,
  unitPrice: null,
  tiers: null,
  terms: null,
  minimumSpend: null,
  maximumSpend: null,
};
function meterColumns(price: Price) {
  if (price.kind === "flat") {
    return { meter: null, aggregation: "sum", property: null, filters: null };
  }
  const { name, aggregation, property, filters } = price.meter;
  const hasFilters = Object.keys(filters).length > 0;
  return { meter: name, aggregation, property, filters: hasFilters ? filters : null };
}

function toVersion(row: VersionRow, prices: readonly Price[]): PlanVersion {
  return {
    planId: row.plan_id,
    version: row.version,
    name: row.name,
    description: row.description,
    currency: row.currency,
    interval: { unit: row.interval_unit, count: row.interval_count },
    prices,
    spend: toSpend(row),
    kind: row.kind,
    whenUnpaid: row.when_unpaid,
    lifecycle: row.lifecycle === null ? usualLifecycle : lifecycleFromJson(row.lifecycle),
    changePolicy: {
      upgrade: row.upgrade,
      downgrade: row.downgrade,
      proration: row.proration,
      isPaymentGated: row.payment_gated,
    },
    quantityPolicy: toQuantityPolicy(row),
    metadata: row.metadata,
    publishedAtMs: row.published_at,
  };
}

function toQuantityPolicy({ quantity_included: included, quantity_step: step }: VersionRow) {
  return included === null || step === null ? null : { included, step };
}

function toPrice(row: PriceRow): Price {
  const { price_id: priceId, name } = row;
  if (row.model === "flat") {
    const amount = storedNanos(present(row.unit_price, "a flat price has its amount"));
    return { kind: "flat", priceId, name, billed: row.billed, amount };
  }
  const metric = present(row.metric, "a usage price names its metric");
  const model = toModel(row, row.model);
  const meter = toMeter(row, metric);
  const spend = toSpend(row);
  return { kind: "usage", priceId, name, billed: "arrears", metric, meter, model, spend };
}

function toSpend(row: Pick<PriceRow, "minimum_spend" | "maximum_spend">): SpendLimits {
  return { minimum: nanosOrNull(row.minimum_spend), maximum: nanosOrNull(row.maximum_spend) };
}

function toMeter({ meter, aggregation, property, filters }: PriceRow, metric: string): Meter {
  return { name: meter ?? metric, metric, aggregation, property, filters: filters ?? {} };
}

function toModel(row: PriceRow, type: PriceModel["type"]): PriceModel {
  const includedQuantity = storedNanos(row.included_quantity);
  switch (type) {
    case "per_unit": {
      const unitPrice = storedNanos(present(row.unit_price, "a price per unit has its figure"));
      return { type, includedQuantity, unitPrice };
    }
    case "graduated":
    case "volume": {
      const tiers = present(row.tiers, "a tiered price has its tiers").map(tierFromJson);
      return { type, includedQuantity, tiers };
    }
    case "graduated_percentage":
    case "package":
    case "percentage":
      return priceModelFromJson(present(row.terms, "these models are kept whole"));
  }
}

function textOrNull(amount: Nanos | null): string | null {
  return amount === null ? null : formatNanos(amount);
}

function nanosOrNull(text: string | null): Nanos | null {
  return text === null ? null : storedNanos(text);
}
