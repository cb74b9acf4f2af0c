import type { Nanos } from "#kernel/nanos.ts";
import type { Rated } from "./rated.ts";

/** Prices every unit alike. A negative quantity, left by corrections, is a negative price. */
export function ratePerUnit(unitPrice: Nanos, quantity: Nanos): Rated {
  return { exact: unitPrice * quantity, billedQuantity: quantity, tiers: [] };
}
