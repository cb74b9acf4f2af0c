export { tiersFault } from "./check-tiers.ts";
export type { PriceModel, Tier } from "./model.ts";
export {
  type PriceModelJson,
  priceModelFromJson,
  priceModelToJson,
  type TierJson,
  tierFromJson,
  tierToJson,
} from "./model-json.ts";
export { rateUsage } from "./rate.ts";
export type { RatedTier } from "./rated.ts";
