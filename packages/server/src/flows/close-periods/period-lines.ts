import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { type Share, shareOf, WHOLE } from "#kernel/proration.ts";
import {
  flatPrices,
  hasSpendLimits,
  type PlanVersion,
  usagePrices,
} from "#modules/catalog/domain/index.ts";
import {
  type Charge,
  type DraftLine,
  flatLine,
  limitLines,
  usageLine,
} from "#modules/invoices/domain/index.ts";
import { NO_EVENTS, type UsageCounter } from "#modules/metering/domain/index.ts";
import {
  anchoringOf,
  type PartOfPeriod,
  partAt,
  type RunningPeriod,
  type Subscription,
  timelineOf,
} from "#modules/subscriptions/domain/index.ts";

/** What the lines of a subscription's periods are made from. */
export interface LineFacts {
  readonly subscription: Subscription;
  readonly plan: PlanVersion;
  /** What is counted and not billed yet, of the closing period and of earlier ones. */
  readonly counters: readonly UsageCounter[];
  /** What earlier invoices charged for these periods; known where the plan has spend limits. */
  readonly charges: readonly Charge[];
}

/** What a period that begins costs in advance; `share` is the part of a whole one that it is. */
export function advanceLines(plan: PlanVersion, period: Period, share: Share = WHOLE): DraftLine[] {
  return flatPrices(plan, "advance")
    .filter(({ amount }) => amount !== 0n && share.part > 0n)
    .map((price) => flatLine(price, bounds(period), plan.currency, share));
}

/** The part of a whole period that the subscription's running one is. */
export function runningShare(subscription: Subscription): Share {
  const { period, timeZone } = subscription;
  const running = present(period, "a share is asked of what runs");
  return shareOf(bounds(running), wholeOf(subscription, running), {
    basis: "exact_time",
    timeZone,
  });
}

/**
 * What is due for the closing period now that it is over: fees, usage, and what its limits ask. Of a
 * trial, nothing.
 */
export function closingLines(
  facts: LineFacts,
  running: RunningPeriod,
  closing: Period,
): DraftLine[] {
  const { status, timeZone } = facts.subscription;
  if (status === "trialing") return [];
  const whole = wholeOf(facts.subscription, running);
  const share = shareOf(closing, whole, { basis: "exact_time", timeZone });
  const lines = [...arrearsLines(facts, closing, share), ...usageLines(facts, closing)];
  return withLimits(facts, { period: closing, share, lines });
}

function arrearsLines({ plan }: LineFacts, closing: Period, share: Share): DraftLine[] {
  return flatPrices(plan, "arrears")
    .filter(({ amount }) => amount !== 0n && share.part > 0n)
    .map((price) => flatLine(price, closing, plan.currency, share));
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
  const { period: whole, ...period } = pastPart(facts.subscription, startMs);
  const lines = late
    .toSorted((one, other) => (one.meter < other.meter ? -1 : 1))
    .map((counter) => lateLine(facts.plan, period, counter))
    .filter((line) => !isEmpty(line));
  const { timeZone } = facts.subscription;
  const share = shareOf(period, whole, { basis: "exact_time", timeZone });
  return withLimits(facts, { period, share, lines });
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

function withLimits({ plan, charges }: LineFacts, billed: PeriodLines): DraftLine[] {
  if (!hasSpendLimits(plan)) return [...billed.lines];
  const before = charges.filter(({ periodStartMs }) => periodStartMs === billed.period.startMs);
  return [...billed.lines, ...limitLines(plan, { ...billed, before })];
}

/** A period of a subscription as far as it ran, by its start. */
export function ranPeriod(subscription: Subscription, startMs: EpochMs): Period {
  return bounds(pastPart(subscription, startMs));
}

/** What ran of the period that an instant lies in. */
function pastPart(subscription: Subscription, instantMs: EpochMs): PartOfPeriod {
  return partAt(present(timelineOf(subscription), "usage is counted once periods run"), instantMs);
}

/** All of the period of which a running one is a part: only the first one, or the first after a pause. */
function wholeOf(subscription: Subscription, running: RunningPeriod): Period {
  const { anchorMs, beganMs, trialEndMs, rests } = subscription;
  const firstMs = rests.at(-1)?.untilMs ?? trialEndMs ?? beganMs;
  if (running.startMs !== firstMs || firstMs === anchorMs) return bounds(running);
  const anchoring = present(anchoringOf(subscription), "what runs is anchored");
  return periodAt(anchoring, running.index);
}

function isEmpty(line: DraftLine): boolean {
  return line.quantity === 0n && line.amountMinor === 0n;
}

/** A period without its number. */
export function bounds({ startMs, endMs }: Period): Period {
  return { startMs, endMs };
}
