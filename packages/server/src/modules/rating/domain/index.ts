export { averageUnitPrice, tiersBeyond } from "./beyond.ts";
export { tiersFault } from "./check-tiers.ts";
export type { PackageModel, PercentageModel, PriceModel, Tier, TieredModel } from "./model.ts";
export {
  type PriceModelJson,
  priceModelFromJson,
  priceModelToJson,
  type TierJson,
  tierFromJson,
  tierToJson,
} from "./model-json.ts";
export { startedPackages } from "./package.ts";
export { payableQuantity } from "./payable-quantity.ts";
export { type EventTally, eventFee, isBounded, isPerEvent } from "./percentage.ts";
export { rateUsage } from "./rate.ts";
export type { Rated, RatedTier } from "./rated.ts";
export {
  beyondMaximum,
  cutsBeyondMaximum,
  missingToMinimum,
  type SpendLimits,
  UNLIMITED,
} from "./spend.ts";
