import type { Nanos } from "#kernel/nanos.ts";
import type { PriceModel } from "#modules/rating/domain/index.ts";

/** The part of a whole that is due, as two whole numbers: milliseconds of a period, say. */
export interface Share {
  readonly part: bigint;
  readonly whole: bigint;
}

/** Everything a line's amount was computed from. Kept with the line, so it can be computed again. */
export type Computation =
  | {
      readonly type: "flat";
      /** The price for a whole period. */
      readonly amount: Nanos;
      readonly share: Share;
    }
  | {
      readonly type: "usage";
      readonly model: PriceModel;
      /** All that was known to be used when the line was made, earlier lines included. */
      readonly used: Nanos;
      /** How often the period had been billed before: the line's own events carry this number. */
      readonly closings: number;
      readonly billedBefore: Nanos;
      readonly amountBeforeMinor: bigint;
    };
