import { present } from "#kernel/assert.ts";
import type { Nanos } from "#kernel/nanos.ts";
import { ratedTier } from "./graduated.ts";
import type { Tier } from "./model.ts";
import type { Rated } from "./rated.ts";

/** Prices all units at the rate of the tier that the whole quantity reaches, plus its flat price. */
export function rateVolume(tiers: readonly Tier[], quantity: Nanos): Rated {
  const reached = tiers.findIndex(({ upTo }) => upTo === null || quantity <= upTo);
  const tier = present(tiers[reached], "the final tier is open-ended, so one is always reached");
  const from = tiers[reached - 1]?.upTo ?? 0n;
  const rated = ratedTier(tier, from, quantity);
  return { exact: rated.exact, billedQuantity: quantity, tiers: [rated] };
}
