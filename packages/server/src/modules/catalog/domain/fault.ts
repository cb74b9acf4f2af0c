import { type Nanos, unitsToNanos } from "#kernel/nanos.ts";

/** What is wrong with one part of a draft. `path` is a JSON pointer into a plan's native shape. */
export interface PlanFault {
  readonly path: string;
  readonly message: string;
}

const PRICE_LIMIT = unitsToNanos(10n ** 12n);
const QUANTITY_LIMIT = unitsToNanos(10n ** 15n);

export function amountFaults(amount: Nanos, path: string): PlanFault[] {
  const isFit = amount >= 0n && amount < PRICE_LIMIT;
  return faultUnless(isFit, path, "a price is zero or above, and below 10^12");
}

export function quantityFaults(quantity: Nanos, path: string): PlanFault[] {
  const isFit = quantity >= 0n && quantity < QUANTITY_LIMIT;
  return faultUnless(isFit, path, "a quantity is zero or above, and below 10^15");
}

export function faultUnless(isFit: boolean, path: string, message: string): PlanFault[] {
  return isFit ? [] : [{ path, message }];
}
