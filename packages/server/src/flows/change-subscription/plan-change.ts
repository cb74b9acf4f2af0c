import {
  closedTogether,
  isUnbilled,
  knownOf,
  usedOf,
} from "#flows/close-periods/closed-counters.ts";
import { advanceLines, chargedPrices, wholly } from "#flows/close-periods/flat-lines.ts";
import { closingLines } from "#flows/close-periods/period-lines.ts";
import {
  type CloseFacts,
  type ClosePlan,
  closeOf,
  invoiceOf,
} from "#flows/close-periods/plan-close.ts";
import { heldOf, itemOf, type Sold, type SoldItem } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { usagePrices } from "#modules/catalog/domain/index.ts";
import type { DraftInvoice, DraftLine } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import {
  anchoringOf,
  changedAt,
  firstPeriod,
  type HeldItems,
  type Item,
  isSameInterval,
  licensedQuantity,
  type NowMode,
  openedPeriodOf,
  presentTerms,
  runningPeriod,
  type Subscription,
  wholePeriodOf,
  withQuantity,
} from "#modules/subscriptions/domain/index.ts";
import type { MadeChange } from "#modules/subscriptions/index.ts";
import {
  chargedQuantity,
  creditLines,
  type Gain,
  gainLines,
  givenBackWith,
} from "./change-lines.ts";
import { isSameVersion } from "./direction.ts";

/** Everything that decides what a change inside a period comes to. */
export interface ChangeFacts extends CloseFacts {
  readonly target: Sold;
  readonly mode: NowMode;
  /** When it happens: the customer's present, also where it waited for an instant that is past by then. */
  readonly atMs: EpochMs;
  /** How it was paid for before it was granted; absent where it is billed with it. */
  readonly paidOn?: { readonly invoiceId: bigint; readonly requestedAtMs: EpochMs };
}

/**
 * Changes what a subscription holds inside its running period. Where its plan is another, or something
 * leaves it that is billed in arrears, the period is cut: what ran of it is billed as it was sold. What
 * was charged in advance is credited and charged as the mode says.
 */
export function planChange(facts: ChangeFacts): ClosePlan {
  const { subscription, counters, atMs, invoiceId } = facts;
  if (subscription.status === "trialing") return planTrialChange(facts);
  const difference = differenceOf(facts);
  const running = runningPeriod(subscription);
  const isClosing = difference.isCut && atMs > running.startMs;
  const closing = { startMs: running.startMs, endMs: atMs };
  const closed = isClosing ? closingLines(facts, closing) : [];
  const { isCut } = difference;
  const anchorMs = anchorOfChange(facts);
  const after = changedAt(subscription, termsAfter(facts, difference), { atMs, isCut, anchorMs });
  const moved = facts.paidOn
    ? passedLines(facts, difference, after)
    : movedLines(facts, difference, after);
  const lines = [...closed, ...moved];
  const period = isClosing ? closing : { startMs: atMs, endMs: runningPeriod(after).endMs };
  return {
    subscription: after,
    close: isClosing ? closeOf(facts, closing.startMs, "change", lines) : null,
    invoice: invoiceOf(facts, "change", period, lines),
    billedCounters: isClosing ? closedCounters(facts, counters, closing, closed) : [],
    told: ["subscription.changed"],
    change: {
      made: madeChange(
        facts,
        difference,
        facts.paidOn?.invoiceId ?? (lines.length === 0 ? null : invoiceId),
      ),
      plan: facts.target.plan,
    },
  };
}

/** What a change costs and gives back in advance alone, before it is granted; null when nothing. */
export function gatingInvoice(facts: ChangeFacts): DraftInvoice | null {
  const { subscription, atMs } = facts;
  const difference = differenceOf(facts);
  const { isCut } = difference;
  const terms = termsAfter(facts, difference);
  const after = changedAt(subscription, terms, { atMs, isCut, anchorMs: atMs });
  const period = { startMs: atMs, endMs: runningPeriod(after).endMs };
  return invoiceOf(facts, "change", period, movedLines(facts, difference, after));
}

/** What is tried costs nothing, so that nothing is billed before the trial ends: by what is held then. */
function planTrialChange(facts: ChangeFacts): ClosePlan {
  const { subscription, target, atMs } = facts;
  const terms = { ...heldOf(target), interval: target.plan.interval };
  const unbilled = { gone: [], staying: [], isRestarting: false, isCut: false };
  return {
    subscription: changedAt(subscription, terms, { atMs, isCut: false, anchorMs: atMs }),
    close: null,
    invoice: null,
    billedCounters: [],
    told: ["subscription.changed"],
    change: { made: madeChange(facts, unbilled, null), plan: target.plan },
  };
}

interface Difference {
  /** What is not held any more. */
  readonly gone: readonly SoldItem[];
  /** What stays, as it was. */
  readonly staying: readonly SoldItem[];
  /** Whether the interval is another: periods are counted anew from here. */
  readonly isRestarting: boolean;
  readonly isCut: boolean;
}

function differenceOf({ items, plan, target }: ChangeFacts): Difference {
  const stays = (item: SoldItem) => target.items.some((other) => isSameVersion(item, other));
  const gone = items.filter((item) => !stays(item));
  const isRestarting = !isSameInterval(plan.interval, target.plan.interval);
  return {
    gone,
    staying: items.filter(stays),
    isRestarting,
    isCut: isRestarting || gone.some((item) => item === items[0] || isBilledInArrears(item)),
  };
}

function isBilledInArrears(item: SoldItem): boolean {
  return usagePrices(item.version).length > 0 || chargedPrices(item, "arrears").length > 0;
}

function termsAfter(facts: ChangeFacts, difference: Difference) {
  const { target } = facts;
  const [plan, ...addOns] = target.items.map((item) => itemAfter(facts, difference, item));
  const held: HeldItems = { plan: present(plan, "a subscription is of a plan"), addOns };
  return { ...held, interval: target.plan.interval };
}

/** What is held of an item from now on: of what stays, what is licensed stays for the period. */
function itemAfter(
  { subscription, atMs }: ChangeFacts,
  { staying, isCut, isRestarting }: Difference,
  wanted: SoldItem,
): Item {
  const fresh = itemOf(wanted);
  const before = staying.find((item) => isSameVersion(item, wanted));
  if (isRestarting || (before === undefined && isCut)) return fresh;
  if (before === undefined) {
    return { ...fresh, licensed: [{ fromMs: atMs, quantity: fresh.billable }] };
  }
  const item = itemOf(isCut ? fromCutOn(before, atMs) : before);
  if (fresh.quantity === item.quantity) return item;
  const startMs = isCut ? atMs : runningPeriod(subscription).startMs;
  return withQuantity(item, fresh, { startMs, nowMs: atMs });
}

function fromCutOn(item: SoldItem, atMs: EpochMs): SoldItem {
  const quantity = licensedQuantity(item);
  return { ...item, licensed: quantity === item.billable ? null : [{ fromMs: atMs, quantity }] };
}

/**
 * What another interval is counted from: what was paid for is counted from the request. A term that is
 * over by then and does not go on by itself is given whole, from the grant on.
 */
function anchorOfChange({ subscription, target, paidOn, atMs }: ChangeFacts): EpochMs {
  if (paidOn === undefined) return atMs;
  const { requestedAtMs: anchorMs } = paidOn;
  if (target.plan.lifecycle.renewal !== "none") return anchorMs;
  const { interval } = target.plan;
  const paid = firstPeriod({ ...subscription, interval }, anchorMs, anchorMs);
  return atMs < paid.endMs ? anchorMs : atMs;
}

/** What the periods cost that began since the one that was paid for, up to the one that runs. */
function passedLines(
  { target }: ChangeFacts,
  { isRestarting }: Difference,
  after: Subscription,
): DraftLine[] {
  if (!isRestarting) return [];
  const anchoring = present(anchoringOf(after), "what is changed is anchored");
  return Array.from({ length: runningPeriod(after).index }, (_, passed) =>
    advanceLines(target.items, wholly(periodAt(anchoring, passed + 1))),
  ).flat();
}

/** What is given back and charged of what is paid in advance. */
function movedLines(facts: ChangeFacts, difference: Difference, after: Subscription): DraftLine[] {
  const { subscription, items, target, runningLines, mode, atMs } = facts;
  const whole = wholePeriodOf(subscription);
  const rest = { startMs: atMs, endMs: runningPeriod(subscription).endMs };
  const opened = openedPeriodOf(subscription);
  const part = { rest, whole, opened, timeZone: subscription.timeZone };
  if (difference.isRestarting) {
    return [
      ...creditLines(items, runningLines, part, mode),
      ...advanceLines(target.items, wholly(runningPeriod(after))),
    ];
  }
  return [
    ...creditLines(difference.gone, runningLines, part, mode),
    ...gainLines(gainsOf(facts, difference), runningLines, part, mode),
  ];
}

/** What is held more of than was charged for and stays so. */
function gainsOf({ target, runningLines }: ChangeFacts, { gone, staying }: Difference): Gain[] {
  const givenBack = new Set(gone.flatMap((item) => givenBackWith(item, runningLines)));
  const kept = runningLines.filter((line) => !givenBack.has(line));
  return target.items.map((item): Gain => {
    const before = staying.find((other) => isSameVersion(other, item));
    const had = before === undefined ? chargedQuantity(item, kept) : licensedQuantity(before);
    return { item, quantity: item.billable - had };
  });
}

function closedCounters(
  facts: ChangeFacts,
  counters: readonly UsageCounter[],
  closing: Period,
  closed: readonly DraftLine[],
): UsageCounter[] {
  const ended = knownOf(facts, counters).filter(
    (counter) => isUnbilled(counter) && counter.periodStartMs === closing.startMs,
  );
  return closedTogether(facts, [...ended, ...usedOf(closed)]);
}

function madeChange(
  { subscription, atMs, changeId }: ChangeFacts,
  { isCut }: Difference,
  invoiceId: bigint | null,
): MadeChange {
  const before = present(presentTerms(subscription), "what is changed has begun");
  return {
    subscription,
    id: changeId,
    atMs,
    // Terms that held for no time at all are followed by others, and nothing is counted under them.
    isCut: isCut && atMs > before.fromMs,
    invoiceId,
    before,
  };
}
