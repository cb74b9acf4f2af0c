import { pastSoldAt, type SoldNowAndBefore, soldAt } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { type Share, shareOf } from "#kernel/proration.ts";
import { hasSpendLimits, type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import {
  type Charge,
  type DraftLine,
  limitLines,
  usageLine,
} from "#modules/invoices/domain/index.ts";
import { NO_EVENTS, type UsageCounter } from "#modules/metering/domain/index.ts";
import {
  type PartOfPeriod,
  partAt,
  presentTerms,
  restsOf,
  type Subscription,
  timelineOf,
  timelineOfTerms,
  wholePeriodOf,
} from "#modules/subscriptions/domain/index.ts";
import { arrearsLines } from "./flat-lines.ts";

/** What the lines of a subscription's periods are made from. */
export interface LineFacts extends SoldNowAndBefore {
  readonly subscription: Subscription;
  /** What is counted and not billed yet, of the closing period and of earlier ones. */
  readonly counters: readonly UsageCounter[];
  /** What earlier invoices charged for these periods; known where the plan has spend limits. */
  readonly charges: readonly Charge[];
}

/**
 * What is due for the closing period now that it is over: fees, usage, and what its limits ask. Of a
 * trial, nothing.
 */
export function closingLines(facts: LineFacts, closing: Period): DraftLine[] {
  const { subscription, items, plan } = facts;
  const { status, timeZone } = subscription;
  if (status === "trialing") return [];
  const whole = wholePeriodOf(subscription);
  const share = shareOf(closing, whole, { basis: plan.changePolicy.proration, timeZone });
  const lines = [
    ...arrearsLines(items, { part: closing, whole, timeZone }),
    ...usageLines(facts, closing),
  ];
  return withLimits(facts, plan, { period: closing, share, lines });
}

/** The closing period's usage, in the plan's order. */
function usageLines({ plan, counters }: LineFacts, closing: Period): DraftLine[] {
  return usagePrices(plan).flatMap((price) => {
    const counter = counters.find(
      ({ meter, periodStartMs }) => meter === price.meter.name && periodStartMs === closing.startMs,
    );
    const used = { quantity: counter?.quantity ?? 0n, events: counter?.tally?.all ?? NO_EVENTS };
    const line = usageLine(price, closing, plan.currency, used);
    return isEmpty(line) ? [] : [line];
  });
}

/** What came in for periods that were billed without it, the oldest period first. */
export function lateLines(facts: LineFacts, late: readonly UsageCounter[]): DraftLine[] {
  const starts = new Set(late.map(({ periodStartMs }) => periodStartMs));
  return [...starts]
    .toSorted((one, other) => one - other)
    .flatMap((startMs) => {
      const ofPeriod = late.filter(({ periodStartMs }) => periodStartMs === startMs);
      return latePeriodLines(facts, startMs, ofPeriod);
    });
}

function latePeriodLines(
  facts: LineFacts,
  startMs: EpochMs,
  late: readonly UsageCounter[],
): DraftLine[] {
  const { plan } = soldAt(facts, startMs);
  const { period: whole, ...period } = ranFrom(facts, startMs);
  const lines = late
    .toSorted((one, other) => (one.meter < other.meter ? -1 : 1))
    .map((counter) => lateLine(plan, period, counter))
    .filter((line) => !isEmpty(line));
  const { timeZone } = facts.subscription;
  const share = shareOf(period, whole, { basis: plan.changePolicy.proration, timeZone });
  return withLimits(facts, plan, { period, share, lines });
}

function lateLine(plan: PlanVersion, period: Period, counter: UsageCounter): DraftLine {
  const { meter, quantity, billedQuantity, closings, tally } = counter;
  const price = present(
    usagePrices(plan).find((candidate) => candidate.meter.name === meter),
    "usage is only counted for meters of the plan",
  );
  const used = { quantity, events: tally?.all ?? NO_EVENTS };
  const already = { quantity: billedQuantity, events: tally?.billed ?? NO_EVENTS, closings };
  return usageLine(price, period, plan.currency, used, already);
}

interface PeriodLines {
  readonly period: Period;
  readonly share: Share;
  readonly lines: readonly DraftLine[];
}

function withLimits({ charges }: LineFacts, plan: PlanVersion, billed: PeriodLines): DraftLine[] {
  if (!hasSpendLimits(plan)) return [...billed.lines];
  const before = charges.filter(({ periodStartMs }) => periodStartMs === billed.period.startMs);
  return [...billed.lines, ...limitLines(plan, { ...billed, before })];
}

/** What ran of the period that holds an instant: the trial, or a part between terms that changed. */
export function ranFrom(
  { subscription, past }: Pick<LineFacts, "subscription" | "past">,
  instantMs: EpochMs,
): PartOfPeriod {
  const because = "usage is counted once periods run";
  const { trialEndMs } = subscription;
  if (trialEndMs !== null && instantMs < trialEndMs) {
    return partAt(present(timelineOf(subscription), because), instantMs);
  }
  const terms = pastSoldAt({ past }, instantMs) ?? present(presentTerms(subscription), because);
  return partAt(timelineOfTerms(terms, restsOf(subscription)), instantMs);
}

function isEmpty(line: DraftLine): boolean {
  return line.quantity === 0n && line.amountMinor === 0n;
}

/** A period without its number. */
export function bounds({ startMs, endMs }: Period): Period {
  return { startMs, endMs };
}
