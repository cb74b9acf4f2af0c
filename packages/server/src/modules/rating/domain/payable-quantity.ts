import type { Nanos } from "#kernel/nanos.ts";

/**
 * What is left to pay for once the included quantity is taken off. Usage that corrections pushed
 * below zero stays below zero: it is credited, and the included quantity plays no part in it.
 */
export function payableQuantity(used: Nanos, included: Nanos): Nanos {
  if (used < 0n) return used;
  return used > included ? used - included : 0n;
}
