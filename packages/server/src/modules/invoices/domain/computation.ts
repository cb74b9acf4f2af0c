import type { Nanos } from "#kernel/nanos.ts";
import type { ProrationBasis, Share } from "#kernel/proration.ts";
import type { Meter } from "#modules/metering/domain/index.ts";
import type { EventTally, PriceModel } from "#modules/rating/domain/index.ts";

/** Everything a line's amount was computed from. Kept with the line, so it can be computed again. */
export type Computation =
  | {
      readonly type: "one_off";
      readonly quantity: Nanos;
      /** What one costs, in the currency's major unit. */
      readonly unitAmount: Nanos;
      /** What was pending until this line billed it; null where it was written with the invoice. */
      readonly itemId: bigint | null;
    }
  | {
      readonly type: "flat";
      /** The price of one for a whole period. */
      readonly amount: Nanos;
      readonly quantity: bigint;
      readonly share: Share;
      /** How the share was measured. */
      readonly basis: ProrationBasis;
    }
  | {
      readonly type: "credit";
      /** What was charged: the price of one for a whole period, and how many. */
      readonly amount: Nanos;
      readonly quantity: bigint;
      /** The share of the period that is not used, or all of it. */
      readonly share: Share;
      readonly basis: ProrationBasis;
      /** What the line that charged it came to and was paid, less what was given back of it before. */
      readonly keptMinor: bigint;
      /** The line that charged it. */
      readonly invoiceId: bigint;
      readonly lineNumber: number;
    }
  | {
      readonly type: "usage";
      /** What was measured; null is the sum of all events of the line's metric. */
      readonly meter: Meter | null;
      readonly model: PriceModel;
      /** All that was known to be used when the line was made, earlier lines included. */
      readonly used: Nanos;
      /** How often the period had been billed before: the line's own events carry this number. */
      readonly closings: number;
      readonly billedBefore: Nanos;
      readonly amountBeforeMinor: bigint;
      /** The events one by one, all and those of earlier lines; null where the price takes the sum. */
      readonly events: EventTally | null;
      readonly eventsBefore: EventTally | null;
    }
  | {
      readonly type: "minimum" | "maximum";
      /** The limit for a whole period, and the part of it that holds for this one. */
      readonly limit: Nanos;
      readonly share: Share;
      /** What the limit's charges of the period come to on all invoices, this one included. */
      readonly chargedMinor: bigint;
      /** What earlier lines of the same limit came to. */
      readonly adjustedBeforeMinor: bigint;
    };

/** What gives back the unused part of a line. */
export type CreditComputation = Extract<Computation, { type: "credit" }>;
