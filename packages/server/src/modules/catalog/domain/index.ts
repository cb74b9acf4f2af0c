export { TIERS_MAX } from "./check-model.ts";
export {
  DESCRIPTION_CHARACTERS_MAX,
  METRIC_PATTERN,
  NAME_CHARACTERS_MAX,
  PRICES_MAX,
} from "./check-plan.ts";
export {
  type Billed,
  type FlatPrice,
  flatPrices,
  hasSpendLimits,
  type Plan,
  type PlanStatus,
  type PlanVersion,
  type PlanVersionKey,
  type Price,
  perEventModel,
  planKey,
  type UnpaidEnd,
  type UsagePrice,
  unpaidEnds,
  usagePrices,
} from "./plan.ts";
export type { PlanDraft, PriceDraft } from "./plan-draft.ts";
export { newPlan, nextVersion } from "./publish.ts";
export {
  listedPlanSnapshot,
  type PlanReference,
  planReference,
  planSnapshot,
} from "./snapshot.ts";
