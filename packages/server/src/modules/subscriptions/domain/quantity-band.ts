import { assert } from "#kernel/assert.ts";

/** Quantities are sold in bands: so many at least, above them in whole steps. */
export interface QuantityBand {
  readonly included: bigint;
  readonly step: bigint;
}

/** What a requested quantity is billed as: the smallest band that holds it. */
export function billableQuantity({ included, step }: QuantityBand, requested: bigint): bigint {
  assert(included >= 0n && step > 0n, "bands have a beginning and a width");
  if (requested <= included) return included;
  const steps = (requested - included + step - 1n) / step;
  return included + steps * step;
}
