import type { Nanos } from "#kernel/nanos.ts";

/** One step of a tiered price. */
export interface Tier {
  /** The last quantity this tier covers; null on the open-ended final tier. */
  readonly upTo: Nanos | null;
  /** Price of one unit, in nanos of the currency's major unit. */
  readonly unitPrice: Nanos;
  /** Added once when usage reaches the tier. */
  readonly flatPrice: Nanos;
}

/**
 * How a quantity becomes an exact amount. `includedQuantity` is free and comes off before the rest is
 * priced: tiers count from the first unit that is paid for.
 */
export type PriceModel =
  | { readonly type: "per_unit"; readonly includedQuantity: Nanos; readonly unitPrice: Nanos }
  | {
      readonly type: "graduated" | "volume";
      readonly includedQuantity: Nanos;
      /** Rising, at least one, the last one open-ended. */
      readonly tiers: readonly Tier[];
    };
