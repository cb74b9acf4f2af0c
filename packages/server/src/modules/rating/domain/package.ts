import { assert } from "#kernel/assert.ts";
import { NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import type { Rated } from "./rated.ts";

/** Prices every started package as a whole. */
export function ratePackages(packagePrice: Nanos, packageSize: Nanos, quantity: Nanos): Rated {
  const packages = startedPackages(quantity, packageSize);
  const exact = packages * packagePrice * NANOS_PER_UNIT;
  return { exact, billedQuantity: quantity, tiers: [] };
}

/**
 * How many packages a quantity takes. Below zero, where corrections may leave it, only whole packages
 * are given back: what was started stays started.
 */
export function startedPackages(quantity: Nanos, packageSize: Nanos): bigint {
  assert(packageSize > 0n, "a package holds something");
  if (quantity <= 0n) return quantity / packageSize;
  return (quantity + packageSize - 1n) / packageSize;
}
