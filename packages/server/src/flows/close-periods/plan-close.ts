import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt, periodIndexAt } from "#kernel/interval.ts";
import { flatPrices, type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import type { DraftInvoice, DraftLine, InvoiceReason } from "#modules/invoices/domain/index.ts";
import { draftInvoice, flatLine, usageLine } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import {
  anchoringOf,
  endedAt,
  renewed,
  runningPeriod,
  type Subscription,
  settled,
} from "#modules/subscriptions/domain/index.ts";
import type { PeriodClose } from "#modules/subscriptions/index.ts";

/** Everything that decides what closing a period comes to. */
export interface CloseFacts {
  readonly subscription: Subscription;
  readonly plan: PlanVersion;
  /** What is counted and not billed yet, of the closing period and of earlier ones. */
  readonly counters: readonly UsageCounter[];
  /** The customer's present. */
  readonly nowMs: EpochMs;
  /** The id that the invoice gets if there is one. */
  readonly invoiceId: bigint;
}

export interface ClosePlan {
  readonly subscription: Subscription;
  readonly close: PeriodClose;
  /** Null when there is nothing to charge. */
  readonly invoice: DraftInvoice | null;
  readonly billedCounters: readonly UsageCounter[];
}

/**
 * Bills the period that has ended and starts the next one, or ends the subscription where it was to
 * end. `cutAtMs` ends it earlier: at that instant, inside the running period.
 */
export function planPeriodClose(facts: CloseFacts, cutAtMs?: EpochMs): ClosePlan {
  const { subscription, counters } = facts;
  const running = runningPeriod(subscription);
  const closing = { startMs: running.startMs, endMs: cutAtMs ?? running.endMs };
  const ends = cutAtMs !== undefined || subscription.cancelsAtPeriodEnd;
  const after = ends ? endedAt(subscription, closing.endMs) : renewed(subscription);
  const billed = counters.filter(({ periodStartMs }) => periodStartMs <= closing.startMs);
  const used = usageLines(facts, closing);
  const lines = [
    ...arrearsLines(facts, running, closing),
    ...used,
    ...lateLines(
      facts,
      billed.filter(({ periodStartMs }) => periodStartMs < closing.startMs),
    ),
    ...(ends ? [] : advanceLines(facts.plan, runningPeriod(after))),
  ];
  return {
    subscription: after,
    close: closeOf(facts, closing.startMs, "renewal", lines),
    invoice: invoiceOf(facts, "renewal", closing, lines),
    billedCounters: [...billed, ...unusedCounters(facts, used)],
  };
}

/** Bills what came in after the end of a subscription, when the time for that is over. */
export function planFinalClose(facts: CloseFacts): ClosePlan {
  const { subscription, counters } = facts;
  const last = runningPeriod(subscription);
  const lines = lateLines(facts, counters);
  return {
    subscription: settled(subscription),
    close: closeOf(facts, last.startMs, "final", lines),
    invoice: invoiceOf(facts, "final", last, lines),
    billedCounters: counters,
  };
}

/** What the first period costs in advance; null when nothing is charged before it has passed. */
export function planOpening(facts: Omit<CloseFacts, "counters">): DraftInvoice | null {
  const { subscription, plan, nowMs } = facts;
  const { interval, timeZone } = subscription;
  const first = periodAt({ anchorMs: nowMs, interval, timeZone }, 0);
  return invoiceOf(facts, "opening", first, advanceLines(plan, first));
}

function advanceLines(plan: PlanVersion, period: Period): DraftLine[] {
  return flatPrices(plan, "advance")
    .filter(({ amount }) => amount !== 0n)
    .map((price) => flatLine(price, bounds(period), plan.currency));
}

function arrearsLines({ plan }: CloseFacts, running: Period, closing: Period): DraftLine[] {
  const part = BigInt(closing.endMs - closing.startMs);
  const whole = BigInt(running.endMs - running.startMs);
  const share = part === whole ? { part: 1n, whole: 1n } : { part, whole };
  return flatPrices(plan, "arrears")
    .filter(({ amount }) => amount !== 0n && part > 0n)
    .map((price) => flatLine(price, closing, plan.currency, share));
}

/** The closing period's usage, in the plan's order. */
function usageLines({ plan, counters }: CloseFacts, closing: Period): DraftLine[] {
  return usagePrices(plan).flatMap((price) => {
    const counter = counters.find(
      ({ metric, periodStartMs }) => metric === price.metric && periodStartMs === closing.startMs,
    );
    const line = usageLine(price, closing, plan.currency, counter?.quantity ?? 0n);
    return isEmpty(line) ? [] : [line];
  });
}

/** What came in for periods that were billed without it. */
function lateLines(facts: CloseFacts, late: readonly UsageCounter[]): DraftLine[] {
  return late.toSorted(byPeriodAndMetric).map((counter) => lateLine(facts, counter));
}

/** A price may charge for no usage at all; its counter then says so, for what comes late. */
function unusedCounters(
  { subscription: { customerId, id } }: CloseFacts,
  lines: readonly DraftLine[],
): UsageCounter[] {
  return lines.flatMap(({ metric, quantity, period: { startMs } }) =>
    metric === null || quantity !== 0n
      ? []
      : [
          {
            customerId,
            subscriptionId: id,
            metric,
            periodStartMs: startMs,
            quantity: 0n,
            billedQuantity: 0n,
            closings: 0,
          },
        ],
  );
}

function lateLine({ subscription, plan }: CloseFacts, counter: UsageCounter): DraftLine {
  const { metric, quantity, billedQuantity, closings } = counter;
  const price = present(
    usagePrices(plan).find((candidate) => candidate.metric === metric),
    "usage is only counted for metrics of the plan",
  );
  const already = { quantity: billedQuantity, closings };
  return usageLine(price, periodOf(subscription, counter), plan.currency, quantity, already);
}

/** The period a counter belongs to, cut where the subscription ended. */
function periodOf(subscription: Subscription, { periodStartMs }: UsageCounter): Period {
  const anchoring = present(anchoringOf(subscription), "usage is counted once periods run");
  const { endMs } = periodAt(anchoring, periodIndexAt(anchoring, periodStartMs));
  const cutMs = subscription.endedAtMs;
  return { startMs: periodStartMs, endMs: cutMs === null ? endMs : Math.min(endMs, cutMs) };
}

function closeOf(
  { subscription, nowMs, invoiceId }: CloseFacts,
  periodStartMs: EpochMs,
  kind: PeriodClose["kind"],
  lines: readonly DraftLine[],
): PeriodClose {
  return {
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    periodStartMs,
    kind,
    invoiceId: lines.length === 0 ? null : invoiceId,
    closedAtMs: nowMs,
  };
}

function invoiceOf(
  { subscription, plan, nowMs, invoiceId }: Omit<CloseFacts, "counters">,
  reason: InvoiceReason,
  period: Period,
  lines: readonly DraftLine[],
): DraftInvoice | null {
  if (lines.length === 0) return null;
  return draftInvoice({
    customerId: subscription.customerId,
    id: invoiceId,
    subscriptionId: subscription.id,
    reason,
    currency: plan.currency,
    period: bounds(period),
    lines,
    issuedAtMs: nowMs,
  });
}

function isEmpty(line: DraftLine): boolean {
  return line.quantity === 0n && line.amountMinor === 0n;
}

function bounds({ startMs, endMs }: Period): Period {
  return { startMs, endMs };
}

function byPeriodAndMetric(one: UsageCounter, other: UsageCounter): number {
  return one.periodStartMs - other.periodStartMs || (one.metric < other.metric ? -1 : 1);
}
