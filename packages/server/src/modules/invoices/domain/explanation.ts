import type { Attos } from "#kernel/nanos.ts";
import type { RatedTier } from "#modules/rating/domain/index.ts";
import type { Charge } from "./charge.ts";
import type { Used } from "./line.ts";

/** What a line is computed again from. */
export interface Evidence {
  /** What the events behind a usage line, and behind the earlier lines of its period, come to. */
  readonly used: Used;
  /** What was charged for a limit's period, on this invoice and earlier ones, void ones that counted too. */
  readonly charges: readonly Charge[];
  readonly invoiceNumber: bigint;
}

/** How a line's amount came about, step by step, computed anew. */
export interface Explanation {
  /** The sum in words and figures: `150 × 50 = 7500`. */
  readonly formula: string;
  readonly exact: Attos;
  readonly tiers: readonly RatedTier[];
  /** The lines that a minimum or maximum counts; none on any other line. */
  readonly charges: readonly CountedCharge[];
  /** What was dropped or added to reach a whole minor unit. */
  readonly rounding: string;
  readonly recomputedMinor: bigint;
  readonly billedMinor: bigint;
  /** Whether computing it again gives what was billed. */
  readonly holds: boolean;
}

/** A charge that a limit counts, and how much of it lies beyond a maximum. */
export interface CountedCharge {
  readonly charge: Charge;
  readonly beyondMinor: bigint;
}

/** What every kind of line works out for itself. */
export type Steps = Omit<Explanation, "billedMinor" | "holds">;
