import { anchorOnDay } from "#kernel/billing-anchor.ts";
import { type EpochMs, isoInstant, type Period } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { type Interval, periodAt, periodIndexAt, periodStart } from "#kernel/interval.ts";

/** How long a trial is: so many days of the customer's calendar, or until an instant. */
export type TrialLength =
  | { readonly type: "days"; readonly days: number }
  | { readonly type: "until"; readonly endMs: EpochMs };

/** Where periods are counted from: a day of the month (1 to 31), or an instant. */
export type AnchorChoice =
  | { readonly type: "day"; readonly day: number }
  | { readonly type: "instant"; readonly atMs: EpochMs };

/** How a subscription is to begin. */
export interface Beginning {
  /** Null: as soon as it is paid or has a card. */
  readonly startsAtMs: EpochMs | null;
  readonly trial: TrialLength | null;
  /** Null: counted from where the first period begins. */
  readonly anchor: AnchorChoice | null;
}

/** How it was asked to begin; what is absent is as usual. */
export interface AskedBeginning {
  readonly startsAtMs?: EpochMs;
  /** In place of the plan's own; 0 days for none. */
  readonly trial?: TrialLength;
  readonly anchor?: AnchorChoice;
}

/** What of a subscription decides where its periods lie. */
interface Placed {
  readonly beginning: Beginning | null;
  readonly interval: Interval;
  readonly timeZone: string;
}

interface BeginningTerms {
  /** The plan's trial, in days; 0 for none. */
  readonly trialDays: number;
  readonly interval: Interval;
  readonly timeZone: string;
  readonly nowMs: EpochMs;
}

/**
 * How a subscription begins that is made now; null where nothing was asked and its plan has no trial.
 * Refuses with `time_invalid` what lies before it, and with `billing_anchor_invalid`.
 */
export function beginningOf(asked: AskedBeginning, terms: BeginningTerms): Beginning | null {
  const { interval, timeZone, nowMs, trialDays } = terms;
  const startsAtMs = asked.startsAtMs ?? null;
  const anchor = asked.anchor ?? null;
  if (startsAtMs !== null) refuseBefore("starts_at", startsAtMs, nowMs);
  const fromMs = startsAtMs ?? nowMs;
  const trial = asked.trial ?? { type: "days", days: trialDays };
  if (trial.type === "until") refuseBefore("trial_end", trial.endMs, fromMs);
  const isTried = trial.type === "until" || trial.days > 0;
  if (startsAtMs === null && anchor === null && !isTried) return null;
  const beginning = { startsAtMs, trial: isTried ? trial : null, anchor };
  anchorOf({ beginning, interval, timeZone }, fromMs);
  return beginning;
}

function refuseBefore(field: string, instantMs: EpochMs, earliestMs: EpochMs): void {
  if (instantMs > earliestMs) return;
  throw new BillingError("time_invalid", { field, comes_after: isoInstant(earliestMs) });
}

/** When a trial that begins at an instant ends; null where there is none, or none is left of it. */
export function trialEndOf(
  { beginning, timeZone }: Pick<Placed, "beginning" | "timeZone">,
  startMs: EpochMs,
): EpochMs | null {
  const trial = beginning?.trial ?? null;
  if (trial === null) return null;
  const interval: Interval = { unit: "day", count: 1 };
  const endMs =
    trial.type === "until"
      ? trial.endMs
      : periodStart({ anchorMs: startMs, interval, timeZone }, trial.days);
  return endMs > startMs ? endMs : null;
}

/** What periods are counted from when the first one begins at an instant. */
export function anchorOf({ beginning, interval, timeZone }: Placed, startMs: EpochMs): EpochMs {
  const anchor = beginning?.anchor ?? null;
  if (anchor === null) return startMs;
  if (anchor.type === "instant") return anchor.atMs;
  if (!hasDayOfMonth(interval)) {
    throw new BillingError("billing_anchor_invalid", {
      interval: interval.unit,
      allowed: ["a day for month, quarter or year", "an instant"],
    });
  }
  return anchorOnDay({ startMs, day: anchor.day, interval, timeZone });
}

function hasDayOfMonth(
  interval: Interval,
): interval is Interval & { unit: "month" | "quarter" | "year" } {
  return interval.unit === "month" || interval.unit === "quarter" || interval.unit === "year";
}

/** The first period when it begins at an instant: a part of one where its anchor lies elsewhere. */
export function firstPeriod(
  { interval, timeZone }: Pick<Placed, "interval" | "timeZone">,
  anchorMs: EpochMs,
  startMs: EpochMs,
): Period & { readonly index: number } {
  const anchoring = { anchorMs, interval, timeZone };
  const index = anchorMs === startMs ? 0 : periodIndexAt(anchoring, startMs);
  return { index, startMs, endMs: periodAt(anchoring, index).endMs };
}
