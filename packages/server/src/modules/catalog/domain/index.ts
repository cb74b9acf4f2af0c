export {
  type ChangePolicy,
  prorationBases,
} from "./change-policy.ts";
export {
  FILTER_VALUES_MAX,
  FILTERS_MAX,
  PROPERTY_PATTERN,
  VALUE_CHARACTERS_MAX,
} from "./check-meters.ts";
export { TIERS_MAX } from "./check-model.ts";
export {
  DESCRIPTION_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
  PRICES_MAX,
} from "./check-plan.ts";
export {
  anchorsAfterPause,
  type LifecycleJson,
  type LifecyclePolicy,
  lifecycleFromJson,
  lifecycleToJson,
  renewals,
  TRIAL_DAYS_MAX,
  trialEndsWithoutCard,
  type UnusedOnCancel,
  type UnusedOnPause,
  unusedOnCancel,
  unusedOnPause,
  usualLifecycle,
} from "./lifecycle-policy.ts";
export { METRIC_PATTERN } from "./metric-pattern.ts";
export {
  type Billed,
  billableIn,
  type FlatPrice,
  flatPrices,
  hasSharedMetrics,
  hasSpendLimits,
  type Plan,
  type PlanKind,
  type PlanStatus,
  type PlanVersion,
  type PlanVersionKey,
  type Price,
  perEventModel,
  planKey,
  soldTogether,
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
