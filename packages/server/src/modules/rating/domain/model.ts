import type { Nanos } from "#kernel/nanos.ts";

/** One step of a tiered price. */
export interface Tier {
  /** The last quantity this tier covers; null on the open-ended final tier. */
  readonly upTo: Nanos | null;
  /**
   * Price of one unit, in nanos of the currency's major unit; of one package where the tier has them;
   * of a percentage the rate.
   */
  readonly unitPrice: Nanos;
  /** Added once when usage reaches the tier. */
  readonly flatPrice: Nanos;
  /** Sold in packages of this size, a started one as a whole; absent where units are sold singly. */
  readonly packageSize?: Nanos;
}

interface Included {
  readonly includedQuantity: Nanos;
}

export interface TieredModel extends Included {
  readonly type: "graduated" | "volume" | "graduated_percentage";
  /** Rising, at least one, the last one open-ended. */
  readonly tiers: readonly Tier[];
}

/** So much for each started package. */
export interface PackageModel extends Included {
  readonly type: "package";
  readonly packageSize: Nanos;
  readonly packagePrice: Nanos;
}

/** A share of a metered amount, as payment processors charge it. */
export interface PercentageModel extends Included {
  readonly type: "percentage";
  /** The share that is charged: 0.029 is 2.9 %. */
  readonly rate: Nanos;
  /** Charged for each event on top. */
  readonly feePerEvent: Nanos;
  /** So many events, a whole number, are free of `feePerEvent`. */
  readonly includedEvents: Nanos;
  /** What one event costs at least and at most, its `feePerEvent` included; null for no such bound. */
  readonly feeMinimum: Nanos | null;
  readonly feeMaximum: Nanos | null;
}

/**
 * How a quantity becomes an exact amount. `includedQuantity` is free and comes off before the rest is
 * priced: tiers and packages count from the first unit that is paid for.
 */
export type PriceModel =
  | (Included & { readonly type: "per_unit"; readonly unitPrice: Nanos })
  | TieredModel
  | PackageModel
  | PercentageModel;
