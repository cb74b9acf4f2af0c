import { type Meter, plainMeter } from "#modules/metering/domain/index.ts";
import type { QuantityBand } from "#modules/subscriptions/domain/index.ts";
import type { ChangePolicy } from "./change-policy.ts";
import type { LifecyclePolicy } from "./lifecycle-policy.ts";
import type { FlatPrice, PlanKind, PlanVersion, UnpaidEnd, UsagePrice } from "./plan.ts";

/** A usage price as its publisher writes it. It has no choice of when: it is billed in arrears. */
export interface UsagePriceDraft extends Omit<UsagePrice, "priceId" | "billed" | "meter"> {
  /** What differs from the sum of all events of the metric, under the metric's name. */
  readonly meter?: Partial<Omit<Meter, "metric">> | undefined;
}

export type PriceDraft = Omit<FlatPrice, "priceId"> | UsagePriceDraft;

export function meterOf({ metric, meter }: Pick<UsagePriceDraft, "metric" | "meter">): Meter {
  return { ...plainMeter(metric), ...meter, metric };
}

/** What a publisher decides about a plan. Ids, the version's number and its time come from here. */
export interface PlanDraft
  extends Pick<
    PlanVersion,
    "name" | "description" | "currency" | "interval" | "spend" | "metadata"
  > {
  readonly prices: readonly PriceDraft[];
  /** `cancel`, when absent. */
  readonly whenUnpaid?: UnpaidEnd;
  /** `usualLifecycle`, when absent. */
  readonly lifecycle?: LifecyclePolicy;
  /** `plan`, when absent. */
  readonly kind?: PlanKind;
  /** What is absent is as usual: `usualChangePolicy`. */
  readonly changePolicy?: Partial<ChangePolicy>;
  /** Sold once and no more, when absent. */
  readonly quantityPolicy?: QuantityBand | null;
}
