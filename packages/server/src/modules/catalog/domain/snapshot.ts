import { present } from "#kernel/assert.ts";
import { isoInstant } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { formatId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import { formatMinor, nanosToMinorExactly } from "#kernel/money.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import type { Aggregation } from "#modules/metering/domain/index.ts";
import {
  type PriceModelJson,
  priceModelToJson,
  type SpendLimits,
} from "#modules/rating/domain/index.ts";
import type { ChangeMode } from "#modules/subscriptions/domain/index.ts";
import { type LifecycleJson, lifecycleToJson } from "./lifecycle-policy.ts";
import type { Billed, Plan, PlanKind, PlanStatus, PlanVersion, Price, UnpaidEnd } from "./plan.ts";

/** A plan version as the operator API and the events show it. Amounts are in major units. */
export interface PlanSnapshot extends LifecycleJson {
  id: string;
  version: number;
  kind: PlanKind;
  name: string;
  description: string | null;
  currency: string;
  interval: Interval;
  prices: PriceSnapshot[];
  minimum_spend: string | null;
  maximum_spend: string | null;
  when_unpaid: UnpaidEnd;
  change_policy: {
    upgrade: ChangeMode;
    downgrade: ChangeMode;
    proration: ProrationBasis;
    payment_gated: boolean;
  };
  quantity_policy: { included: string; step: string } | null;
  metadata: Record<string, unknown>;
  published_at: string;
}

export type PriceSnapshot =
  | { kind: "flat"; id: string; name: string; billed: Billed; amount: string }
  | {
      kind: "usage";
      id: string;
      name: string;
      billed: "arrears";
      metric: string;
      meter: string;
      aggregation: Aggregation;
      property: string | null;
      filters: Record<string, string[]>;
      model: PriceModelJson;
      minimum_spend: string | null;
      maximum_spend: string | null;
    };

/** What names a plan version where its prices do not matter. */
export interface PlanReference {
  id: string;
  version: number;
  name: string;
  currency: string;
}

export function planReference({ planId, version, name, currency }: PlanVersion): PlanReference {
  return { id: formatId("plan", planId), version, name, currency };
}

/** A plan as the operator API lists it: its newest version, and whether it is still sold. */
export interface ListedPlanSnapshot extends PlanSnapshot {
  status: PlanStatus;
  created_at: string;
}

export function planSnapshot(version: PlanVersion): PlanSnapshot {
  return {
    id: formatId("plan", version.planId),
    version: version.version,
    kind: version.kind,
    name: version.name,
    description: version.description,
    currency: version.currency,
    interval: version.interval,
    prices: version.prices.map((price) => priceSnapshot(price, version.currency)),
    ...spendSnapshot(version.spend, version.currency),
    when_unpaid: version.whenUnpaid,
    ...lifecycleToJson(version.lifecycle),
    ...policySnapshot(version),
    metadata: { ...version.metadata },
    published_at: isoInstant(version.publishedAtMs),
  };
}

function policySnapshot({ changePolicy, quantityPolicy }: PlanVersion) {
  const { isPaymentGated, ...modes } = changePolicy;
  return {
    change_policy: { ...modes, payment_gated: isPaymentGated },
    quantity_policy:
      quantityPolicy === null
        ? null
        : { included: `${quantityPolicy.included}`, step: `${quantityPolicy.step}` },
  };
}

export function listedPlanSnapshot(plan: Plan): ListedPlanSnapshot {
  return {
    ...planSnapshot(plan.latest),
    status: plan.status,
    created_at: isoInstant(plan.createdAtMs),
  };
}

function priceSnapshot(price: Price, currency: Currency): PriceSnapshot {
  const { name } = price;
  const id = formatId("price", price.priceId);
  if (price.kind === "usage") {
    const { billed, metric, meter } = price;
    const { aggregation, property } = meter;
    const filters = Object.fromEntries(
      Object.entries(meter.filters).map(([of, values]) => [of, [...values]]),
    );
    const measured = { metric, meter: meter.name, aggregation, property, filters };
    const model = priceModelToJson(price.model);
    const spend = spendSnapshot(price.spend, currency);
    return { kind: "usage", id, name, billed, ...measured, model, ...spend };
  }
  const amount = amountText(price.amount, currency);
  return { kind: "flat", id, name, billed: price.billed, amount };
}

function spendSnapshot({ minimum, maximum }: SpendLimits, currency: Currency) {
  return {
    minimum_spend: minimum === null ? null : amountText(minimum, currency),
    maximum_spend: maximum === null ? null : amountText(maximum, currency),
  };
}

function amountText(amount: Nanos, currency: Currency): string {
  const amountMinor = present(
    nanosToMinorExactly(amount, currency),
    "an amount is published only when it can be charged as it stands",
  );
  return formatMinor(amountMinor, currency);
}
