import {
  BILLION,
  billionths,
  decimal,
  type Fraction,
  fraction,
  least,
  plus,
  times,
} from "./fraction.ts";

export interface TierTerms {
  readonly up_to: string | null;
  readonly unit_price: string;
  readonly flat_price?: string;
}

/** A price model in the words of the API. */
export type ModelTerms = { readonly included_quantity?: string } & (
  | { readonly type: "per_unit"; readonly unit_price: string }
  | { readonly type: "graduated" | "volume"; readonly tiers: readonly TierTerms[] }
);

/** What a quantity is billed as: so many are included, above them there are whole steps. */
export function banded(
  { included, step }: { readonly included: string; readonly step: string },
  quantity: bigint,
): bigint {
  const [free, width] = [BigInt(included), BigInt(step)];
  const above = quantity - least(quantity, free);
  return free + ((above + width - 1n) / width) * width;
}

/**
 * What so much of a metric, in billionths, costs in a period: each unit at the price of its tier, or all
 * at that of the tier they reach. Below zero only the first tier is there.
 */
export function priceOf(model: ModelTerms, used: bigint): Fraction {
  const included = billionths(model.included_quantity ?? "0");
  const charged = used < 0n ? used : used - least(used, included);
  const endOf = ({ up_to }: TierTerms) => (up_to === null ? charged : billionths(up_to));
  const all = model.type === "per_unit" ? [{ ...model, up_to: null }] : model.tiers;
  const reached = all.filter((tier) => charged <= endOf(tier)).slice(0, 1);
  const tiers = model.type === "volume" ? reached.map((tier) => ({ ...tier, up_to: null })) : all;
  let [sum, below] = [fraction(0n, 1n), 0n];
  for (const tier of tiers) {
    if (below > 0n && charged <= below) break;
    const part = fraction(least(endOf(tier), charged) - below, BILLION);
    sum = plus(sum, plus(times(part, decimal(tier.unit_price)), decimal(tier.flat_price ?? "0")));
    below = endOf(tier);
  }
  return sum;
}
