import { type Fraction, fraction, nearestWhole, plus, times } from "#test/proofs/fraction.ts";
import type { ModelTerms, TierTerms } from "#test/simulate/history.ts";

const BILLION = 10n ** 9n;

/** `-1.5` as a count of billionths. */
export function billionths(text: string): bigint {
  const [whole = "0", rest = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * BILLION + BigInt(rest.padEnd(9, "0"));
  return text.startsWith("-") ? -size : size;
}

export function decimal(text: string): Fraction {
  return fraction(billionths(text), BILLION);
}

/** An exact amount of major units as whole minor ones. */
export function minor(exact: Fraction, digits: number): bigint {
  return nearestWhole(times(exact, fraction(10n ** BigInt(digits), 1n)));
}

/** What so much of a metric, in billionths, costs in a period. */
export function priceOf(model: ModelTerms, used: bigint): Fraction {
  const included = billionths(model.included_quantity ?? "0");
  const charged = used < 0n ? used : used > included ? used - included : 0n;
  switch (model.type) {
    case "per_unit":
      return costOf(charged, model.unit_price);
    case "volume": {
      const reached = model.tiers.find(
        ({ up_to }) => up_to === null || charged <= billionths(up_to),
      );
      return plus(costOf(charged, reached?.unit_price ?? "0"), decimal(reached?.flat_price ?? "0"));
    }
    case "graduated":
      return graduated(model.tiers, charged);
  }
}

/** Below zero only the first tier is there; its own price counts even when nothing is used. */
function graduated(tiers: readonly TierTerms[], charged: bigint): Fraction {
  let sum = fraction(0n, 1n);
  let below = 0n;
  for (const tier of tiers) {
    if (below > 0n && charged <= below) break;
    const end = tier.up_to === null ? charged : billionths(tier.up_to);
    const part = (end < charged ? end : charged) - below;
    sum = plus(sum, plus(costOf(part, tier.unit_price), decimal(tier.flat_price ?? "0")));
    below = end;
  }
  return sum;
}

function costOf(quantity: bigint, unitPrice: string): Fraction {
  return times(fraction(quantity, BILLION), decimal(unitPrice));
}
