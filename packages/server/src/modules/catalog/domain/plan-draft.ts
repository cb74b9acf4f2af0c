import type { FlatPrice, PlanVersion, UnpaidEnd, UsagePrice } from "./plan.ts";

/** A price as its publisher writes it. Usage has no choice of when: it is billed in arrears. */
export type PriceDraft = Omit<FlatPrice, "priceId"> | Omit<UsagePrice, "priceId" | "billed">;

/** What a publisher decides about a plan. Ids, the version's number and its time come from here. */
export interface PlanDraft
  extends Pick<
    PlanVersion,
    "name" | "description" | "currency" | "interval" | "spend" | "metadata"
  > {
  readonly prices: readonly PriceDraft[];
  /** `cancel`, when absent. */
  readonly whenUnpaid?: UnpaidEnd;
}
