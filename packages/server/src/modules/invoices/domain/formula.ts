import { present } from "#kernel/assert.ts";
import { formatNanos, type Nanos } from "#kernel/nanos.ts";
import {
  isBounded,
  isPerEvent,
  type PercentageModel,
  type PriceModel,
  payableQuantity,
  type Rated,
  type RatedTier,
  startedPackages,
} from "#modules/rating/domain/index.ts";
import type { Used } from "./line.ts";

/** How a quantity became a price, in figures: `150 × 50`, `1000 × 0.0125 + 545 × 0.00875`. */
export function priceFormula(model: PriceModel, used: Used, rated: Rated): string {
  const quantity = quantityFormula(used.quantity, rated.billedQuantity, model.includedQuantity);
  switch (model.type) {
    case "per_unit":
      return `${quantity} × ${formatNanos(model.unitPrice)}`;
    case "package":
      return packageFormula(quantity, rated.billedQuantity, model.packageSize, model.packagePrice);
    case "percentage":
      return percentageFormula(model, quantity, used);
    case "graduated":
    case "volume":
      return rated.tiers.map(tierFormula).join(" + ");
    case "graduated_percentage":
      return rated.tiers.map(rateTierFormula).join(" + ");
  }
}

function quantityFormula(used: Nanos, billed: Nanos, included: Nanos): string {
  if (used === billed) return formatNanos(used);
  return `(${formatNanos(used)} used − ${formatNanos(included)} included)`;
}

function packageFormula(quantity: string, billed: Nanos, size: Nanos, price: Nanos): string {
  const packages = startedPackages(billed, size);
  return `${quantity} in ${packages} × ${formatNanos(size)} at ${formatNanos(price)}`;
}

function percentageFormula(model: PercentageModel, quantity: string, { events }: Used): string {
  const share = `${quantity} × ${percentOf(model.rate)}`;
  if (!isPerEvent(model)) return share;
  const { count } = present(events, "a fee per event needs the events");
  if (isBounded(model)) return `${formatNanos(count)} fees of ${boundedFee(model)}`;
  const payable = payableQuantity(count, model.includedEvents);
  const charged = quantityFormula(count, payable, model.includedEvents);
  return `${share} + ${charged} events × ${formatNanos(model.feePerEvent)}`;
}

function boundedFee({ rate, feePerEvent, feeMinimum, feeMaximum }: PercentageModel): string {
  const fixed = feePerEvent === 0n ? "" : ` + ${formatNanos(feePerEvent)}`;
  const least = feeMinimum === null ? "" : `, at least ${formatNanos(feeMinimum)}`;
  const most = feeMaximum === null ? "" : `, at most ${formatNanos(feeMaximum)}`;
  return `${percentOf(rate)}${fixed}${least}${most}`;
}

function tierFormula({ quantity, unitPrice, flatPrice, packageSize, packages }: RatedTier): string {
  const price = formatNanos(unitPrice);
  const units =
    packageSize === undefined
      ? `${formatNanos(quantity)} × ${price}`
      : `${formatNanos(quantity)} in ${packages} × ${formatNanos(packageSize)} at ${price}`;
  return withFlat(units, flatPrice);
}

function rateTierFormula({ quantity, unitPrice, flatPrice }: RatedTier): string {
  return withFlat(`${formatNanos(quantity)} × ${percentOf(unitPrice)}`, flatPrice);
}

function withFlat(units: string, flatPrice: Nanos): string {
  return flatPrice === 0n ? units : `${units} + ${formatNanos(flatPrice)}`;
}

function percentOf(rate: Nanos): string {
  return `${formatNanos(rate * 100n)} %`;
}
