import { roundToMinor } from "#kernel/money.ts";
import type { Nanos } from "#kernel/nanos.ts";
import type { Share } from "#kernel/proration.ts";
import { type PriceModel, rateUsage } from "#modules/rating/domain/index.ts";
import type { Figure } from "../golden-case.ts";
import { CENTS, decimalOf } from "../words.ts";
import { flatAmount } from "./amounts.ts";

/** An amount in major units as it is charged. */
export function charged(amount: Figure | undefined, share?: Share): bigint {
  return flatAmount(decimalOf(amount), share);
}

/** What a quantity is charged. */
export function ratedMinor(model: PriceModel, quantity: Nanos): bigint {
  return roundToMinor(rateUsage(model, quantity).exact, CENTS);
}

/** What is charged for units that come after others that were billed. */
export function addedMinor(model: PriceModel, already: Nanos, units: Nanos): bigint {
  return ratedMinor(model, already + units) - ratedMinor(model, already);
}
