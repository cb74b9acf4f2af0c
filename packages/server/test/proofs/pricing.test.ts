import { expect, test } from "vitest";
import { type PriceModel, rateUsage } from "#modules/rating/domain/index.ts";
import { billableQuantity } from "#modules/subscriptions/domain/index.ts";
import { chanceOf } from "#test/crash/chance.ts";
import { billionths } from "./fraction.ts";
import { banded, type ModelTerms, priceOf, type TierTerms } from "./pricing.ts";

const ATTOS = 10n ** 18n;
const chance = chanceOf(20_261_121);

test("10,000 quantities cost by every model what fractions say, to the last digit", () => {
  const differing: string[] = [];
  for (let count = 0; count < 10_000; count += 1) {
    const terms = someTerms();
    const used = someDecimal(chance.happens(0.2) ? "-" : "");
    const { over, under } = priceOf(terms, billionths(used));
    const { exact } = rateUsage(modelOf(terms), billionths(used));
    if (exact * under !== over * ATTOS) differing.push(`${used} by ${JSON.stringify(terms)}`);
  }
  expect(differing.slice(0, 5)).toEqual([]);
});

test("every quantity is billed in the same bands", () => {
  for (let quantity = 1n; quantity < 60n; quantity += 1n) {
    for (const [included, step] of [
      [10n, 5n],
      [5n, 1n],
      [1n, 3n],
      [0n, 7n],
    ] as const) {
      const bands = { included: `${included}`, step: `${step}` };
      expect(banded(bands, quantity)).toBe(billableQuantity({ included, step }, quantity));
    }
  }
});

function someTerms(): ModelTerms {
  const included = chance.happens(0.5) ? { included_quantity: someDecimal() } : {};
  const type = chance.oneOf(["per_unit", "graduated", "volume"] as const) ?? "per_unit";
  if (type === "per_unit") return { type, unit_price: someDecimal(), ...included };
  const ends = [10, 25, 100, 1000].slice(0, chance.integer(0, 4)).map((end) => `${end}.5`);
  const tiers = [...ends, null].map((up_to) => ({
    up_to,
    unit_price: someDecimal(),
    ...(chance.happens(0.5) ? { flat_price: someDecimal() } : {}),
  }));
  return { type, tiers, ...included };
}

/** At the ends of tiers, at nothing, and anywhere. */
function someDecimal(sign = ""): string {
  const whole = chance.oneOf([0, 10, 25, 100, 1000, chance.integer(0, 2000)]) ?? 0;
  const part = chance.oneOf(["", ".5", ".000000001", `.${chance.integer(1, 999_999_999)}`]) ?? "";
  return `${sign}${whole}${part}`;
}

function modelOf(terms: ModelTerms): PriceModel {
  const includedQuantity = billionths(terms.included_quantity ?? "0");
  if (terms.type === "per_unit") {
    return { type: "per_unit", includedQuantity, unitPrice: billionths(terms.unit_price) };
  }
  return { type: terms.type, includedQuantity, tiers: terms.tiers.map(tierOf) };
}

function tierOf({ up_to, unit_price, flat_price = "0" }: TierTerms) {
  return {
    upTo: up_to === null ? null : billionths(up_to),
    unitPrice: billionths(unit_price),
    flatPrice: billionths(flat_price),
  };
}
