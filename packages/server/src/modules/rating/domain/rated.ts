import type { Attos, Nanos } from "#kernel/nanos.ts";

/** What one tier took of the quantity, so that a person can follow the sum. */
export interface RatedTier {
  /** The tier covers what lies above `from`, up to and with `upTo`. */
  readonly from: Nanos;
  readonly upTo: Nanos | null;
  readonly quantity: Nanos;
  readonly unitPrice: Nanos;
  readonly flatPrice: Nanos;
  /** How many packages of which size the quantity took, where the tier sells packages. */
  readonly packageSize?: Nanos;
  readonly packages?: bigint;
  readonly exact: Attos;
}

/** The exact price of a quantity, not rounded, and how it came about. */
export interface Rated {
  readonly exact: Attos;
  /** What was priced: the quantity less what is included. */
  readonly billedQuantity: Nanos;
  /** The tiers that took part; none for a price that has no tiers. */
  readonly tiers: readonly RatedTier[];
}
