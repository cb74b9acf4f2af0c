import type { BillingEventType } from "#flows/billing-event.ts";
import type { ChargedLine } from "#flows/charged-lines.ts";
import type { Sold } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import {
  type DraftInvoice,
  type DraftLine,
  draftInvoice,
  type InvoiceItem,
  type InvoiceReason,
  itemLine,
} from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import {
  endedAt,
  expiredAt,
  pausedAt,
  presentTerms,
  renewed,
  renewedOn,
  runningPeriod,
  type Subscription,
  settled,
  wholePeriodOf,
  withNextAction,
} from "#modules/subscriptions/domain/index.ts";
import type { MadeChange, PeriodClose } from "#modules/subscriptions/index.ts";
import { closedTogether, isFree, isUnbilled, knownOf, usedOf } from "./closed-counters.ts";
import { advanceLines, wholly } from "./flat-lines.ts";
import { bounds, closingLines, type LineFacts, lateLines } from "./period-lines.ts";
import { toldOfEnd } from "./told-of-end.ts";

/** Everything that decides what closing a period comes to. */
export interface CloseFacts extends LineFacts {
  /** The customer's present. */
  readonly nowMs: EpochMs;
  /** The id that the invoice gets if there is one. */
  readonly invoiceId: bigint;
  /** Whether its customer has a card, or needs none; asked of what begins to be charged. */
  readonly hasCard: boolean;
  /** Whether a payment of it failed and is not made good; asked of what rests. */
  readonly isOwing: boolean;
  readonly changeId: bigint;
  /** What it is to hold when its pending change is made; null where none waits. */
  readonly next: Sold | null;
  /** What waits to be charged once, of its own and of its customer. */
  readonly pendingItems: readonly InvoiceItem[];
  /** What was charged in advance for time that is not over; known where a change is due. */
  readonly runningLines: readonly ChargedLine[];
}

/** What an invoice is made from apart from its lines. */
export type InvoiceFacts = Pick<
  CloseFacts,
  "subscription" | "plan" | "items" | "nowMs" | "invoiceId"
>;

export interface ClosePlan {
  readonly subscription: Subscription;
  /** What may be done once; null when the subscription's own state says that it is done. */
  readonly close: PeriodClose | null;
  /** Null when there is nothing to charge. */
  readonly invoice: DraftInvoice | null;
  readonly billedCounters: readonly UsageCounter[];
  /** What is told of the subscription, after its invoice. */
  readonly told: readonly BillingEventType[];
  /** The change that is made with it, and what is held afterwards. */
  readonly change?: { readonly made: MadeChange; readonly plan: PlanVersion };
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
export function planCloseAt(facts: CloseFacts, endMs: EpochMs, following: AfterPeriod): ClosePlan {
  const { subscription, counters } = facts;
  const running = runningPeriod(subscription);
  const closing = { startMs: running.startMs, endMs };
  const { after, told, begins } = following;
  const billed = knownOf(facts, counters).filter(
    (counter) => isUnbilled(counter) && counter.periodStartMs <= closing.startMs,
  );
  const isTrial = subscription.status === "trialing";
  const closed = closingLines(facts, closing);
  const late = billed.filter(
    (counter) => counter.periodStartMs < closing.startMs && !isFree(subscription, counter),
  );
  const lines = [
    ...closed,
    ...lateLines(facts, late),
    ...(begins === null ? [] : advanceLines(begins.items, wholly(runningPeriod(after)))),
    // A trial is not billed: what waits does so until it is over.
    ...(isTrial ? [] : facts.pendingItems.map(itemLine)),
  ];
  return {
    subscription: after,
    close: isTrial ? openingClose(facts, null) : closeOf(facts, closing.startMs, "renewal", lines),
    invoice: invoiceOf(facts, "renewal", closing, lines),
    billedCounters: closedTogether(facts, [...billed, ...usedOf(closed)]),
    told,
    ...(following.change === undefined ? {} : { change: following.change }),
  };
}

interface AfterPeriod extends Pick<ClosePlan, "told" | "change"> {
  readonly after: Subscription;
  /** What is to be charged for what runs now; null where nothing does, or where it is paid for already. */
  readonly begins: Sold | null;
}

function afterPeriod(facts: CloseFacts, endMs: EpochMs, isCut: boolean): AfterPeriod {
  const { subscription, plan } = facts;
  const { termsAhead, cancelsAtPeriodEnd, pause } = subscription;
  if (isCut || (cancelsAtPeriodEnd && termsAhead === 0)) {
    const after = endedAt(subscription, endMs);
    return { after, told: toldOfEnd(subscription, "subscription.canceled"), begins: null };
  }
  if (pause !== null) {
    const { resumesAtMs } = pause;
    const after = pausedAt(subscription, { atMs: endMs, resumesAtMs, isGivenBack: false });
    return { after, told: ["subscription.paused"], begins: null };
  }
  if (termsAhead > 0) {
    const after = withNextAction({ ...renewed(subscription), termsAhead: termsAhead - 1 });
    return { after, told: ["subscription.renewed"], begins: null };
  }
  if (plan.lifecycle.renewal === "none") {
    const after = expiredAt(subscription, endMs);
    return { after, told: toldOfEnd(subscription, "subscription.expired"), begins: null };
  }
  return (
    changedAtEnd(facts, endMs) ?? {
      after: renewed(subscription),
      told: ["subscription.renewed"],
      begins: facts,
    }
  );
}

/** A renewal on other terms, where a change waited for it; its invoice charges for both. */
function changedAtEnd(
  { subscription, next, changeId }: CloseFacts,
  endMs: EpochMs,
): AfterPeriod | null {
  const { pendingChange } = subscription;
  if (next === null || pendingChange === null) return null;
  if (pendingChange.atMs !== null && pendingChange.atMs > endMs) return null;
  const before = present(presentTerms(subscription), "what is renewed has begun");
  const made = { subscription, id: changeId, atMs: endMs, isCut: true, invoiceId: null, before };
  return {
    after: renewedOn(subscription, { ...pendingChange, interval: next.plan.interval }),
    told: ["subscription.renewed", "subscription.changed"],
    begins: next,
    change: { made, plan: next.plan },
  };
}

/** Bills what came in after the end of a subscription, when the time for that is over. */
export function planFinalClose(facts: CloseFacts): ClosePlan {
  const { subscription, counters } = facts;
  const last = runningPeriod(subscription);
  const unbilled = knownOf(facts, counters).filter(isUnbilled);
  const late = unbilled.filter((counter) => !isFree(subscription, counter));
  const lines = [...lateLines(facts, late), ...facts.pendingItems.map(itemLine)];
  return {
    subscription: settled(subscription),
    close: closeOf(facts, last.startMs, "final", lines),
    invoice: invoiceOf(facts, "final", last, lines),
    billedCounters: closedTogether(facts, unbilled),
    told: [],
  };
}

/**
 * What the first period costs in advance, and what waits to be charged with it; null when nothing is
 * charged before the period has passed.
 */
export function openingInvoice(
  facts: InvoiceFacts,
  first: Subscription,
  pendingItems: readonly InvoiceItem[] = [],
): DraftInvoice | null {
  const period = runningPeriod(first);
  const { timeZone } = first;
  const within = { part: bounds(period), whole: wholePeriodOf(first), timeZone };
  const lines = [...advanceLines(facts.items, within), ...pendingItems.map(itemLine)];
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

export function closeOf(
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

export function invoiceOf(
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
