import type { BillingEventType } from "#flows/billing-event.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import {
  type DraftInvoice,
  type DraftLine,
  draftInvoice,
  type InvoiceReason,
} from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import {
  endedAt,
  expiredAt,
  pausedAt,
  renewed,
  runningPeriod,
  type Subscription,
  settled,
} from "#modules/subscriptions/domain/index.ts";
import type { PeriodClose } from "#modules/subscriptions/index.ts";
import { closedTogether, isFree, isUnbilled, usedOf } from "./closed-counters.ts";
import {
  advanceLines,
  bounds,
  closingLines,
  type LineFacts,
  lateLines,
  runningShare,
} from "./period-lines.ts";

/** Everything that decides what closing a period comes to. */
export interface CloseFacts extends LineFacts {
  /** The customer's present. */
  readonly nowMs: EpochMs;
  /** The id that the invoice gets if there is one. */
  readonly invoiceId: bigint;
  /** Whether its customer has a card that can be charged; asked of what begins to be charged. */
  readonly hasCard: boolean;
  /** Whether a payment of it failed and is not made good; asked of what rests. */
  readonly isOwing: boolean;
}

/** What an invoice is made from apart from its lines. */
export type InvoiceFacts = Omit<CloseFacts, "counters" | "charges" | "hasCard" | "isOwing">;

export interface ClosePlan {
  readonly subscription: Subscription;
  /** What may be done once; null when the subscription's own state says that it is done. */
  readonly close: PeriodClose | null;
  /** Null when there is nothing to charge. */
  readonly invoice: DraftInvoice | null;
  readonly billedCounters: readonly UsageCounter[];
  /** What is told of the subscription, after its invoice. */
  readonly told: readonly BillingEventType[];
}

/**
 * Bills the period that has ended and starts the next one, or ends the subscription where it was to
 * end. `cutAtMs` ends it earlier: at that instant, inside the running period. A trial bills nothing.
 */
export function planPeriodClose(facts: CloseFacts, cutAtMs?: EpochMs): ClosePlan {
  const endMs = cutAtMs ?? runningPeriod(facts.subscription).endMs;
  return planCloseAt(facts, endMs, afterPeriod(facts, endMs, cutAtMs !== undefined));
}

/** Bills the running period up to an instant, and what follows it there. */
export function planCloseAt(
  facts: CloseFacts,
  endMs: EpochMs,
  { after, told, isPaid }: AfterPeriod,
): ClosePlan {
  const { subscription, counters } = facts;
  const running = runningPeriod(subscription);
  const closing = { startMs: running.startMs, endMs };
  const billed = counters.filter(
    (counter) => isUnbilled(counter) && counter.periodStartMs <= closing.startMs,
  );
  const isTrial = subscription.status === "trialing";
  const closed = closingLines(facts, running, closing);
  const late = billed.filter(
    (counter) => counter.periodStartMs < closing.startMs && !isFree(subscription, counter),
  );
  const lines = [
    ...closed,
    ...lateLines(facts, late),
    ...(isPaid ? [] : advanceLines(facts.plan, runningPeriod(after))),
  ];
  return {
    subscription: after,
    close: isTrial ? openingClose(facts, null) : closeOf(facts, closing.startMs, "renewal", lines),
    invoice: invoiceOf(facts, "renewal", closing, lines),
    billedCounters: closedTogether(facts, [...billed, ...usedOf(closed)]),
    told: [told],
  };
}

interface AfterPeriod {
  readonly after: Subscription;
  readonly told: BillingEventType;
  /** Nothing runs after it, or what runs is paid for already. */
  readonly isPaid: boolean;
}

function afterPeriod(
  { subscription, plan }: CloseFacts,
  endMs: EpochMs,
  isCut: boolean,
): AfterPeriod {
  const { termsAhead, cancelsAtPeriodEnd, pause } = subscription;
  if (isCut || (cancelsAtPeriodEnd && termsAhead === 0)) {
    const after = endedAt(subscription, endMs);
    return { after, told: "subscription.canceled", isPaid: true };
  }
  if (pause !== null) {
    const after = pausedAt(subscription, endMs, pause.resumesAtMs);
    return { after, told: "subscription.paused", isPaid: true };
  }
  if (termsAhead > 0) {
    const after = { ...renewed(subscription), termsAhead: termsAhead - 1 };
    return { after, told: "subscription.renewed", isPaid: true };
  }
  if (plan.lifecycle.renewal === "none") {
    const after = expiredAt(subscription, endMs);
    return { after, told: "subscription.expired", isPaid: true };
  }
  return { after: renewed(subscription), told: "subscription.renewed", isPaid: false };
}

/** Bills what came in after the end of a subscription, when the time for that is over. */
export function planFinalClose(facts: CloseFacts): ClosePlan {
  const { subscription, counters } = facts;
  const last = runningPeriod(subscription);
  const unbilled = counters.filter(isUnbilled);
  const late = unbilled.filter((counter) => !isFree(subscription, counter));
  const lines = lateLines(facts, late);
  return {
    subscription: settled(subscription),
    close: closeOf(facts, last.startMs, "final", lines),
    invoice: invoiceOf(facts, "final", last, lines),
    billedCounters: closedTogether(facts, unbilled),
    told: [],
  };
}

/** What the first period costs in advance; null when nothing is charged before it has passed. */
export function openingInvoice(facts: InvoiceFacts, first: Subscription): DraftInvoice | null {
  const period = runningPeriod(first);
  const lines = advanceLines(facts.plan, period, runningShare(first));
  return invoiceOf(facts, "opening", period, lines);
}

/** There is one opening, whenever it happens: its key is the subscription's own beginning. */
export function openingClose(
  { subscription, nowMs }: InvoiceFacts,
  invoice: DraftInvoice | null,
): PeriodClose {
  return {
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    periodStartMs: subscription.createdAtMs,
    kind: "opening",
    invoiceId: invoice?.id ?? null,
    closedAtMs: nowMs,
  };
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
