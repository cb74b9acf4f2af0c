import fc from "fast-check";
import { test } from "vitest";
import { type PriceModel, rateUsage, type Tier } from "./index.ts";

const quantities = fc.bigInt({ min: 0n, max: 10n ** 24n });
const unitPrices = fc.bigInt({ min: 0n, max: 10n ** 18n });

const tierLists = fc
  .tuple(
    fc.uniqueArray(fc.bigInt({ min: 1n, max: 10n ** 24n }), { minLength: 0, maxLength: 6 }),
    fc.array(fc.tuple(unitPrices, unitPrices), { minLength: 7, maxLength: 7 }),
  )
  .map(([ends, prices]): Tier[] => {
    const rising = ends.toSorted((a, b) => (a < b ? -1 : 1));
    return [...rising, null].map((upTo, index) => {
      const [unitPrice = 0n, flatPrice = 0n] = prices[index] ?? [];
      return { upTo, unitPrice, flatPrice };
    });
  });

const graduated = (tiers: readonly Tier[]): PriceModel => ({
  type: "graduated",
  includedQuantity: 0n,
  tiers,
});

test("a graduated price never falls when usage grows", () => {
  fc.assert(
    fc.property(tierLists, quantities, quantities, (tiers, one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      return rateUsage(graduated(tiers), less).exact <= rateUsage(graduated(tiers), more).exact;
    }),
  );
});

test("one open tier is the same as a price per unit", () => {
  fc.assert(
    fc.property(unitPrices, quantities, quantities, (unitPrice, includedQuantity, used) => {
      const perUnit: PriceModel = { type: "per_unit", includedQuantity, unitPrice };
      const tiers = [{ upTo: null, unitPrice, flatPrice: 0n }];
      const expected = rateUsage(perUnit, used).exact;
      return (["graduated", "volume"] as const).every(
        (type) => rateUsage({ type, includedQuantity, tiers }, used).exact === expected,
      );
    }),
  );
});

test("the exact price is the sum of what the tiers show", () => {
  fc.assert(
    fc.property(tierLists, quantities, (tiers, used) => {
      const rated = rateUsage(graduated(tiers), used);
      const shown = rated.tiers.reduce((sum, tier) => sum + tier.exact, 0n);
      return rated.exact === shown;
    }),
  );
});
