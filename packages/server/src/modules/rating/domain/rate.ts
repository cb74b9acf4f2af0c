import type { Nanos } from "#kernel/nanos.ts";
import { rateGraduated } from "./graduated.ts";
import type { PriceModel } from "./model.ts";
import { ratePerUnit } from "./per-unit.ts";
import type { Rated } from "./rated.ts";
import { rateVolume } from "./volume.ts";

/** The exact price of what was used of a metric in one billing period. */
export function rateUsage(model: PriceModel, used: Nanos): Rated {
  const quantity = payableQuantity(used, model.includedQuantity);
  switch (model.type) {
    case "per_unit":
      return ratePerUnit(model.unitPrice, quantity);
    case "graduated":
      return rateGraduated(model.tiers, quantity);
    case "volume":
      return rateVolume(model.tiers, quantity);
  }
}

/**
 * What is left to pay for once the included quantity is taken off. Usage that corrections pushed
 * below zero stays below zero: it is credited, and the included quantity plays no part in it.
 */
function payableQuantity(used: Nanos, included: Nanos): Nanos {
  if (used < 0n) return used;
  return used > included ? used - included : 0n;
}
