import type { Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { roundToMinor, sumMinor } from "#kernel/money.ts";
import { NANOS_PER_UNIT, type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import { type Share, WHOLE } from "#kernel/proration.ts";
import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import { beyondMaximum, missingToMinimum, type SpendLimits } from "#modules/rating/domain/index.ts";
import { adjustedMinor, type Charge, chargesUnder, type LimitKind } from "./charge.ts";
import type { DraftLine } from "./line.ts";

/** A billing period that is billed, and what is charged for it. */
export interface BilledPeriod {
  readonly period: Period;
  /** The part of a whole billing period that it ran. */
  readonly share: Share;
  /** What earlier invoices charged for it. */
  readonly before: readonly Charge[];
  /** What this invoice charges for it. */
  readonly lines: readonly DraftLine[];
}

/**
 * The lines that keep a period within the limits of its prices and then of its plan, over all the
 * invoices it takes. Each line is the difference to what earlier invoices adjusted, so late usage first
 * uses up what a minimum had topped up, and is charged no further than a maximum.
 *
 * A minimum is a commitment for time: of a period cut short only its share is due. A maximum is a
 * promise about an amount: it stays whole.
 */
export function limitLines(plan: PlanVersion, billed: BilledPeriod): DraftLine[] {
  const ofPrices = usagePrices(plan).flatMap(({ priceId, name, spend }) =>
    linesWithin(spend, { priceId, name: `${name}: ` }, plan.currency, billed),
  );
  const lines = [...billed.lines, ...ofPrices];
  const whole = { priceId: null, name: "" };
  return [...ofPrices, ...linesWithin(plan.spend, whole, plan.currency, { ...billed, lines })];
}

interface Scope {
  /** Null for the whole plan. */
  readonly priceId: bigint | null;
  readonly name: string;
}

function linesWithin(
  { minimum, maximum }: SpendLimits,
  scope: Scope,
  currency: Currency,
  billed: BilledPeriod,
): DraftLine[] {
  const limits = [
    { kind: "minimum", limit: minimum, share: billed.share },
    { kind: "maximum", limit: maximum, share: WHOLE },
  ] as const;
  return limits
    .flatMap(({ kind, limit, share }) =>
      limit === null ? [] : [limitLine({ kind, limit, share }, scope, currency, billed)],
    )
    .filter(({ amountMinor }) => amountMinor !== 0n);
}

/** A limit that holds for a period. */
export interface Limit {
  readonly kind: LimitKind;
  /** For a whole period, in the currency's major unit. */
  readonly limit: Nanos;
  readonly share: Share;
}

function limitLine(
  limit: Limit,
  { priceId, name }: Scope,
  currency: Currency,
  { period, before, lines }: BilledPeriod,
): DraftLine {
  const charged = chargesUnder<Pick<DraftLine, "kind" | "priceId" | "amountMinor">>(
    [...before, ...lines],
    priceId,
  );
  const chargedMinor = sumMinor(charged.map(({ amountMinor }) => amountMinor));
  const adjustedBeforeMinor = adjustedMinor(before, limit.kind, priceId);
  return {
    kind: limit.kind,
    priceId,
    metric: null,
    description: `${name}${limit.kind === "minimum" ? "Minimum spend" : "Maximum spend"}`,
    period,
    quantity: unitsToNanos(1n),
    amountMinor: adjustmentMinor(limit, currency, chargedMinor) - adjustedBeforeMinor,
    computation: {
      type: limit.kind,
      limit: limit.limit,
      share: limit.share,
      chargedMinor,
      adjustedBeforeMinor,
    },
  };
}

/** What brings a period's charges within a limit: above zero for a minimum, below for a maximum. */
export function adjustmentMinor(limit: Limit, currency: Currency, chargedMinor: bigint): bigint {
  const limitMinor = roundToMinor(limit.limit * NANOS_PER_UNIT, currency, limit.share);
  return limit.kind === "minimum"
    ? missingToMinimum(limitMinor, chargedMinor)
    : -beyondMaximum(limitMinor, chargedMinor);
}
