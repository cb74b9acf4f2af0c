import { assert } from "./assert.ts";

/**
 * Cuts an amount in proportion to weights, so that the parts add up to it exactly. Each gets its
 * whole minor units; those left over go, one each, to the largest remainders, the first of equal ones.
 * Weights are not negative, and one of them is positive. A negative amount is cut like its opposite.
 */
export function splitByLargestRemainder(amount: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  assert(total > 0n && weights.every((weight) => weight >= 0n), "an amount is cut by weights");
  if (amount < 0n) return splitByLargestRemainder(-amount, weights).map((part) => -part);
  const parts = weights.map((weight) => (amount * weight) / total);
  const remainders = weights.map((weight, index) => ({ index, rest: (amount * weight) % total }));
  const left = amount - parts.reduce((sum, part) => sum + part, 0n);
  const first = remainders
    .toSorted((one, other) => Number(other.rest > one.rest) - Number(other.rest < one.rest))
    .slice(0, Number(left));
  for (const { index } of first) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
}
