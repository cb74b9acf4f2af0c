import type { Tier } from "./model.ts";

/** Says what is wrong with a list of tiers, or null when it can price every quantity. */
export function tiersFault(tiers: readonly Tier[]): string | null {
  if (tiers.length === 0) return "at least one tier is needed";
  let previous = 0n;
  for (const [index, { upTo }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    if (isLast !== (upTo === null)) return "the last tier, and only the last, is open-ended";
    if (upTo === null) continue;
    if (upTo <= previous) return "each tier ends above the one before it";
    previous = upTo;
  }
  return null;
}
