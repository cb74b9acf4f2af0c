import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import {
  type DraftInvoice,
  type DraftLine,
  draftInvoice,
  type InvoiceReason,
} from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import {
  endedAt,
  renewed,
  runningPeriod,
  type Subscription,
  settled,
} from "#modules/subscriptions/domain/index.ts";
import type { PeriodClose } from "#modules/subscriptions/index.ts";
import { closedTogether, isUnbilled, usedOf } from "./closed-counters.ts";
import { advanceLines, bounds, closingLines, type LineFacts, lateLines } from "./period-lines.ts";

/** Everything that decides what closing a period comes to. */
export interface CloseFacts extends LineFacts {
  /** The customer's present. */
  readonly nowMs: EpochMs;
  /** The id that the invoice gets if there is one. */
  readonly invoiceId: bigint;
}

/** What an invoice is made from apart from its lines. */
type InvoiceFacts = Omit<CloseFacts, "counters" | "charges">;

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
  const billed = counters.filter(
    (counter) => isUnbilled(counter) && counter.periodStartMs <= closing.startMs,
  );
  const closed = closingLines(facts, running, closing);
  const lines = [
    ...closed,
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
    billedCounters: closedTogether(facts, [...billed, ...usedOf(closed)]),
  };
}

/** Bills what came in after the end of a subscription, when the time for that is over. */
export function planFinalClose(facts: CloseFacts): ClosePlan {
  const { subscription, counters } = facts;
  const last = runningPeriod(subscription);
  const unbilled = counters.filter(isUnbilled);
  const lines = lateLines(facts, unbilled);
  return {
    subscription: settled(subscription),
    close: closeOf(facts, last.startMs, "final", lines),
    invoice: invoiceOf(facts, "final", last, lines),
    billedCounters: closedTogether(facts, unbilled),
  };
}

/** What the first period costs in advance; null when nothing is charged before it has passed. */
export function planOpening(facts: InvoiceFacts): DraftInvoice | null {
  const { subscription, plan, nowMs } = facts;
  const { interval, timeZone } = subscription;
  const first = periodAt({ anchorMs: nowMs, interval, timeZone }, 0);
  return invoiceOf(facts, "opening", first, advanceLines(plan, first));
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
  { subscription, plan, nowMs, invoiceId }: InvoiceFacts,
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
