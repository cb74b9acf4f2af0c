import { assert } from "#kernel/assert.ts";
import { NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import type { Tier } from "./model.ts";
import { startedPackages } from "./package.ts";
import type { Rated, RatedTier } from "./rated.ts";

/**
 * Prices each unit (or each package of units) at the rate of the tier it falls in, and adds the flat price of every tier
 * that was reached; the first tier counts as reached with no usage at all. What lies below zero, left
 * by corrections, is priced at the first tier's rate.
 */
export function rateGraduated(tiers: readonly Tier[], quantity: Nanos): Rated {
  const rated: RatedTier[] = [];
  let from = 0n;
  for (const tier of tiers) {
    const isFirst = rated.length === 0;
    if (!isFirst && quantity <= from) break;
    const covered = coveredBy(tier, from, quantity, isFirst);
    rated.push(ratedTier(tier, from, covered));
    if (tier.upTo === null) break;
    from = tier.upTo;
  }
  const taken = rated.reduce((sum, tier) => sum + tier.quantity, 0n);
  assert(taken === quantity, "the final tier is open-ended, so every unit is rated");
  const exact = rated.reduce((sum, tier) => sum + tier.exact, 0n);
  return { exact, billedQuantity: quantity, tiers: rated };
}

function coveredBy(tier: Tier, from: Nanos, quantity: Nanos, isFirst: boolean): Nanos {
  if (isFirst && quantity < 0n) return quantity;
  const end = tier.upTo === null || tier.upTo > quantity ? quantity : tier.upTo;
  return end - from;
}

/** One tier's share: its units or packages at its rate, and its flat price. */
export function ratedTier(tier: Tier, from: Nanos, quantity: Nanos): RatedTier {
  const { packageSize, ...terms } = tier;
  const flat = tier.flatPrice * NANOS_PER_UNIT;
  if (packageSize === undefined) {
    return { ...terms, from, quantity, exact: quantity * tier.unitPrice + flat };
  }
  const packages = startedPackages(quantity, packageSize);
  const exact = packages * tier.unitPrice * NANOS_PER_UNIT + flat;
  return { ...terms, from, quantity, packageSize, packages, exact };
}
