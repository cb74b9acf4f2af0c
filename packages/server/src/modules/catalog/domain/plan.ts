import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import type { Interval } from "#kernel/interval.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { Meter } from "#modules/metering/domain/index.ts";
import {
  isPerEvent,
  type PercentageModel,
  type PriceModel,
  type SpendLimits,
} from "#modules/rating/domain/index.ts";
import { billableQuantity, type QuantityBand } from "#modules/subscriptions/domain/index.ts";
import type { ChangePolicy } from "./change-policy.ts";
import type { LifecyclePolicy } from "./lifecycle-policy.ts";

/** When a price is billed: as its period begins, or when it has ended. Usage is always in arrears. */
export type Billed = "advance" | "arrears";

/** A fixed amount per billing period. */
export interface FlatPrice {
  readonly kind: "flat";
  readonly priceId: bigint;
  readonly name: string;
  readonly billed: Billed;
  readonly amount: Nanos;
}

/** An amount that follows what a meter measures in the billing period. */
export interface UsagePrice {
  readonly kind: "usage";
  readonly priceId: bigint;
  readonly name: string;
  readonly billed: "arrears";
  /** The metric of the events that count. */
  readonly metric: string;
  /** How they count. */
  readonly meter: Meter;
  readonly model: PriceModel;
  /** What it comes to in a period at least and at most, whatever is used. */
  readonly spend: SpendLimits;
}

export type Price = FlatPrice | UsagePrice;

/**
 * What becomes of a subscription once an invoice of it is given up, after the last retry: it ends, or
 * it stays `past_due` and is billed on, until a card pays.
 */
export const unpaidEnds = ["cancel", "stay_past_due"] as const;

export type UnpaidEnd = (typeof unpaidEnds)[number];

/** A plan of its own, or something that is added to a subscription of one. */
export type PlanKind = "plan" | "add_on";

/** Names one version of a plan. */
export interface PlanVersionKey {
  readonly planId: bigint;
  readonly version: number;
}

/** One published state of a plan. It never changes; editing the plan makes the next version. */
export interface PlanVersion extends PlanVersionKey {
  readonly kind: PlanKind;
  readonly name: string;
  readonly description: string | null;
  readonly currency: Currency;
  readonly interval: Interval;
  /** In the order in which an invoice lists them. */
  readonly prices: readonly Price[];
  /** What all charges of a period together come to at least and at most. */
  readonly spend: SpendLimits;
  readonly whenUnpaid: UnpaidEnd;
  readonly lifecycle: LifecyclePolicy;
  readonly changePolicy: ChangePolicy;
  /** Null where it is sold once and no more. */
  readonly quantityPolicy: QuantityBand | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly publishedAtMs: EpochMs;
}

export type PlanStatus = "active" | "archived";

/** A plan as it is listed: its newest version and whether it is still sold. */
export interface Plan {
  readonly status: PlanStatus;
  readonly createdAtMs: EpochMs;
  readonly latest: PlanVersion;
}

/** Whether anything of the plan has to be kept within limits. */
export function hasSpendLimits({ spend, prices }: Pick<PlanVersion, "spend" | "prices">): boolean {
  return (
    isLimited(spend) || prices.some((price) => price.kind === "usage" && isLimited(price.spend))
  );
}

function isLimited({ minimum, maximum }: SpendLimits): boolean {
  return minimum !== null || maximum !== null;
}

/** A map key for a version. */
export function planKey({ planId, version }: PlanVersionKey): string {
  return `${planId}:${version}`;
}

export function usagePrices(plan: PlanVersion): readonly UsagePrice[] {
  return plan.prices.filter((price) => price.kind === "usage");
}

/** How the plan prices each event of a meter; null where it asks for what the meter shows alone. */
export function perEventModel(plan: PlanVersion, meter: string): PercentageModel | null {
  const model = usagePrices(plan).find((price) => price.meter.name === meter)?.model;
  return model !== undefined && isPerEvent(model) ? model : null;
}

/** Whether several meters of the plan read the same events. */
export function hasSharedMetrics(plan: PlanVersion): boolean {
  const prices = usagePrices(plan);
  return new Set(prices.map(({ metric }) => metric)).size < prices.length;
}

export function flatPrices(plan: PlanVersion, billed: Billed): readonly FlatPrice[] {
  return plan.prices.filter(
    (price): price is FlatPrice => price.kind === "flat" && price.billed === billed,
  );
}

/** A plan with what is added to it, as if it were one plan under its own name. */
export function soldTogether(plan: PlanVersion, addOns: readonly PlanVersion[]): PlanVersion {
  if (addOns.length === 0) return plan;
  return { ...plan, prices: [plan, ...addOns].flatMap(({ prices }) => prices) };
}

/** What a quantity of a plan is billed as; one without bands is sold once. */
export function billableIn(
  { quantityPolicy }: Pick<PlanVersion, "quantityPolicy">,
  quantity: bigint,
): bigint {
  return quantityPolicy === null ? 1n : billableQuantity(quantityPolicy, quantity);
}
