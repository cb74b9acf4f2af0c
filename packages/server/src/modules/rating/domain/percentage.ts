import { type Attos, NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import type { PercentageModel, PriceModel } from "./model.ts";
import { payableQuantity } from "./payable-quantity.ts";
import type { Rated } from "./rated.ts";

/** What the events of a period come to where a price asks for them one by one. */
export interface EventTally {
  /** How many there are, each correction taken off. */
  readonly count: Nanos;
  /** The sum of their fees, each within its bounds. */
  readonly fees: Attos;
}

/** Whether a price depends on more than the sum of its events: then it is rated with their tally. */
export function isPerEvent(model: PriceModel): model is PercentageModel {
  return model.type === "percentage" && (model.feePerEvent !== 0n || isBounded(model));
}

/** Whether each event's fee has a floor or a cap. */
export function isBounded({ feeMinimum, feeMaximum }: PercentageModel): boolean {
  return feeMinimum !== null || feeMaximum !== null;
}

/**
 * What one event costs. A correction gives back what its quantity would have cost, so that taking an
 * event back whole and reporting it anew comes to the same as having reported it right.
 */
export function eventFee(model: PercentageModel, quantity: Nanos): Attos {
  if (quantity === 0n) return 0n;
  const amount = quantity < 0n ? -quantity : quantity;
  const fee = amount * model.rate + model.feePerEvent * NANOS_PER_UNIT;
  const { feeMinimum, feeMaximum } = model;
  const raised = feeMinimum === null ? fee : larger(fee, feeMinimum * NANOS_PER_UNIT);
  const bounded = feeMaximum === null ? raised : smaller(raised, feeMaximum * NANOS_PER_UNIT);
  return quantity < 0n ? -bounded : bounded;
}

/** `quantity` is what is left to pay for; the tally is of all events. */
export function ratePercentage(
  model: PercentageModel,
  quantity: Nanos,
  { count, fees }: EventTally,
): Rated {
  const events = payableQuantity(count, model.includedEvents);
  const exact = isBounded(model) ? fees : model.rate * quantity + model.feePerEvent * events;
  return { exact, billedQuantity: quantity, tiers: [] };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
