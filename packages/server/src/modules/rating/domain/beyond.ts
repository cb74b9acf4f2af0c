import { divideHalfAway } from "#kernel/money.ts";
import { type Attos, NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import type { Rated } from "./rated.ts";

/** What each tier adds where a quantity grows that has been priced before. */
export function tiersBeyond(before: Rated, after: Rated): Attos[] {
  return after.tiers.flatMap((tier) => {
    const earlier = before.tiers.find(({ from }) => from === tier.from);
    const added = tier.exact - (earlier?.exact ?? 0n);
    return added === 0n ? [] : [added];
  });
}

/** What a unit costs on average, to so many decimals; nothing of nothing costs nothing. */
export function averageUnitPrice({ exact, billedQuantity }: Rated, decimals: number): Nanos {
  if (billedQuantity <= 0n) return 0n;
  const scale = 10n ** BigInt(decimals);
  return (divideHalfAway(exact * scale, billedQuantity * NANOS_PER_UNIT) * NANOS_PER_UNIT) / scale;
}
