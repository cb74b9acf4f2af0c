import type { Nanos } from "#kernel/nanos.ts";

/** What the charges of a billing period come to at least and at most; null for no such limit. */
export interface SpendLimits {
  readonly minimum: Nanos | null;
  readonly maximum: Nanos | null;
}

export const UNLIMITED: SpendLimits = { minimum: null, maximum: null };

/** What a period's charges lack to a minimum; zero when they reach it. In minor units, as they are charged. */
export function missingToMinimum(minimumMinor: bigint, chargedMinor: bigint): bigint {
  return chargedMinor < minimumMinor ? minimumMinor - chargedMinor : 0n;
}

/** How far a period's charges are beyond a maximum; zero when they keep it. */
export function beyondMaximum(maximumMinor: bigint, chargedMinor: bigint): bigint {
  return chargedMinor > maximumMinor ? chargedMinor - maximumMinor : 0n;
}

/**
 * How much of each charge, in their order, lies beyond a maximum of which `chargedBeforeMinor` is
 * used up. The parts add up to what all the charges together are further beyond it.
 */
export function cutsBeyondMaximum(
  maximumMinor: bigint,
  chargedBeforeMinor: bigint,
  amountsMinor: readonly bigint[],
): bigint[] {
  let charged = chargedBeforeMinor;
  return amountsMinor.map((amountMinor) => {
    const before = beyondMaximum(maximumMinor, charged);
    charged += amountMinor;
    return beyondMaximum(maximumMinor, charged) - before;
  });
}
