import { present } from "#kernel/assert.ts";
import type { Nanos } from "#kernel/nanos.ts";
import { rateGraduated } from "./graduated.ts";
import type { PriceModel } from "./model.ts";
import { ratePackages } from "./package.ts";
import { payableQuantity } from "./payable-quantity.ts";
import { ratePerUnit } from "./per-unit.ts";
import { type EventTally, isPerEvent, ratePercentage } from "./percentage.ts";
import type { Rated } from "./rated.ts";
import { rateVolume } from "./volume.ts";

const NO_EVENTS: EventTally = { count: 0n, fees: 0n };

/**
 * The exact price of what was used of a metric in one billing period. A price for which `isPerEvent`
 * holds needs the tally of the period's events; any other takes no notice of it.
 */
export function rateUsage(model: PriceModel, used: Nanos, events?: EventTally | null): Rated {
  const quantity = payableQuantity(used, model.includedQuantity);
  switch (model.type) {
    case "per_unit":
      return ratePerUnit(model.unitPrice, quantity);
    case "graduated":
    case "graduated_percentage":
      return rateGraduated(model.tiers, quantity);
    case "volume":
      return rateVolume(model.tiers, quantity);
    case "package":
      return ratePackages(model.packagePrice, model.packageSize, quantity);
    case "percentage": {
      const tally = isPerEvent(model) ? events : NO_EVENTS;
      return ratePercentage(model, quantity, present(tally, "a fee per event needs the events"));
    }
  }
}
