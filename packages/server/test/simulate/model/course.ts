import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { periodHolding, periodNumbered } from "#test/proofs/calendar.ts";
import {
  type Bill,
  isRunning,
  isSameInterval,
  last,
  type Membership,
  NEVER,
  newStretch,
  type Part,
  type Period,
  refuseIf,
  type Status,
  type Terms,
} from "#test/simulate/records.ts";
import { isOwing, issue, takeBack } from "./bills.ts";
import { billable, feesAhead, lateLines, ranLines } from "./lines.ts";

/** When time has something to do. Terms that are bought ahead are not changed. */
export function dueMs(of: Membership): number {
  if (!isRunning(of)) return of.wakesMs;
  const changeMs = of.termsAhead > 0 ? null : of.pending?.atMs;
  return Math.min(last(of).untilMs, changeMs ?? NEVER);
}

/** Begins with the trial, if there is one, else with the first period: when that is paid for. */
export function start(of: Membership, startMs: number): void {
  const { card, timeZone } = of.account;
  const { days, requires_card } = of.terms.plan.trial;
  [of.status, of.wakesMs] = ["incomplete", NEVER];
  if (card === "none" && (days === 0 || requires_card)) return;
  if (days === 0) {
    const { whole } = periodHolding(from(of, startMs), startMs);
    const bill = billFirst(of, { fromMs: startMs, untilMs: whole.untilMs, whole });
    if (bill?.status !== "open") begin(of, startMs);
    return;
  }
  of.status = "trialing";
  const trial = { timeZone, anchorMs: startMs, interval: { unit: "day", count: days } } as const;
  run(of, { isTrial: true, ...periodNumbered(trial, 0) }, startMs);
}

/** What periods are counted from: an instant, unless it has an anchor. */
export const from = ({ account: { timeZone }, anchorMs, terms }: Membership, atMs: number) => {
  return { timeZone, anchorMs: anchorMs ?? atMs, interval: terms.plan.interval };
};

/** What runs from an instant on, of a period: what is held is licensed as it is billed. */
export function run(of: Membership, period: Period, fromMs: number) {
  of.stretches.push(newStretch(of.terms, period, fromMs, billable(of.terms)));
  return last(of);
}

/** A period runs, or the part of one where its anchor lies elsewhere. */
export function begin(of: Membership, startMs: number) {
  of.status = "active";
  of.anchorMs ??= startMs;
  return run(of, { isTrial: false, ...periodHolding(from(of, startMs), startMs) }, startMs);
}

const billFirst = (of: Membership, first: Part) =>
  issue(of, { ...first, reason: "opening", lines: feesAhead(of, of.terms, first) });

/** The first period follows, and is billed and collected like any other; or nothing does. */
export function endTrial(of: Membership, atMs: number): void {
  last(of).untilMs = atMs;
  const without = of.account.card === "none" ? of.terms.plan.trial.without_card : "past_due";
  if (of.endsAtPeriodEnd || without === "cancel") end(of, atMs);
  else if (without === "pause") rest(of, atMs, { resumesMs: NEVER, paidUntilMs: atMs });
  else billFirst(of, begin(of, atMs));
}

/** Bills what ran to its end or, where it is cut, until now. Then the next period runs, or nothing does. */
export function close(of: Membership, cut?: "ends" | { readonly resumesMs: number }): void {
  const stretch = last(of);
  const paidUntilMs = stretch.untilMs;
  if (cut !== undefined) stretch.untilMs = of.account.nowMs;
  const lines = [...ranLines(of, stretch), ...lateLines(of, of.stretches.slice(0, -1))];
  const isBought = of.termsAhead > 0;
  const resting = cut ?? (of.endsAtPeriodEnd && !isBought ? "ends" : of.pause);
  if (resting === "ends") end(of, stretch.untilMs);
  else if (resting !== null) rest(of, stretch.untilMs, { ...resting, paidUntilMs });
  else if (!isBought && of.terms.plan.renewal === "none") end(of, stretch.untilMs, "expired");
  else lines.push(...renewed(of, stretch.untilMs));
  issue(of, { ...stretch, reason: "renewal", lines });
}

/** The next period runs, on the terms that waited for it; what it costs, unless it was bought ahead. */
function renewed(of: Membership, atMs: number) {
  const { pending, termsAhead, terms } = of;
  const isDue = pending !== null && termsAhead === 0 && (pending.atMs ?? atMs) <= atMs;
  if (isDue) [of.terms, of.pending] = [pending.terms, null];
  const isRestarted = !isSameInterval(terms, of.terms);
  if (isRestarted) of.anchorMs = atMs;
  const next = periodNumbered(from(of, atMs), isRestarted ? 0 : last(of).index + 1);
  run(of, { isTrial: false, ...next }, atMs);
  of.termsAhead = Math.max(0, termsAhead - 1);
  return termsAhead > 0 ? [] : feesAhead(of, of.terms, last(of));
}

/** Nothing runs from here on, and nothing is billed, until it is resumed. What waits goes on waiting. */
function rest(of: Membership, fromMs: number, wish: NonNullable<Membership["pause"]>): void {
  [of.status, of.pause] = ["paused", wish];
  of.wakesMs = Math.max(fromMs, wish.resumesMs);
  of.rests.push({ fromMs, untilMs: NEVER });
}

/** A term does not rest, and what is to rest does not become one before. */
export const refuseTerm = ({ plan }: Terms) =>
  refuseIf(plan.renewal === "none", "term_not_pausable");

export function pause(of: Membership, isNow: boolean, resumesMs = NEVER): void {
  const { untilMs } = last(of);
  refuseIf(of.endsAtPeriodEnd, "subscription_transition_refused");
  const next = !isNow && (of.pending?.atMs ?? NEVER) < untilMs ? of.pending : null;
  for (const { terms } of [of, next ?? of]) refuseTerm(terms);
  refuseIf(resumesMs <= (isNow ? of.account.nowMs : untilMs), "time_invalid");
  if (isNow) close(of, { resumesMs });
  else of.pause = { resumesMs, paidUntilMs: untilMs };
}

/**
 * It goes on with what is left of a period, which is charged unless it was paid for before the pause: on
 * the terms that waited, where their time came in it.
 */
export function resume(of: Membership, atMs: number): void {
  if (isRunning(of)) return leave(of, atMs);
  const { isTrial, steps, whole } = last(of);
  const { pending, terms, pause: wish } = of;
  const isMoved = !isTrial && terms.plan.anchor_after_pause === "move";
  const isPaid = !isMoved && atMs < (wish?.paidUntilMs ?? atMs);
  leave(of, atMs);
  if (pending !== null && !isPaid && (pending.atMs ?? whole.untilMs) <= atMs)
    [of.terms, of.pending] = [pending.terms, null];
  if (isMoved || !isSameInterval(terms, of.terms)) of.anchorMs = atMs;
  const stretch = begin(of, atMs);
  if (isOwing(of)) of.status = "past_due";
  if (isPaid) stretch.steps = steps;
  else billFirst(of, stretch);
}

/** A pause is over. */
function leave(of: Membership, atMs: number): void {
  of.pause = null;
  for (const gap of of.rests) gap.untilMs = Math.min(gap.untilMs, atMs);
}

/** Nothing runs any more, and of what was to be given for it nothing is owed. */
function end(of: Membership, atMs: number, status: Status = "canceled"): void {
  [of.status, of.endedMs, of.pending] = [status, atMs, null];
  // Usage is taken for a day after the end, and a little later the rest is billed.
  of.wakesMs = of.stretches.length === 0 ? NEVER : atMs + DAY_MS + 5 * MINUTE_MS;
  leave(of, atMs);
  const isLost = ({ reason }: Bill) => of.stretches.length === 0 || reason === "term";
  const owed = of.account.bills.filter((bill) => bill.member === of && bill.status === "open");
  if (status === "canceled") owed.filter(isLost).forEach((bill) => takeBack(of.account, bill));
}

/** What rests has no period whose end could be waited for. */
export function cancel(of: Membership, isNow: boolean): void {
  refuseIf(of.status === "paused" && !isNow, "subscription_transition_refused");
  if (isNow || !isRunning(of)) return endNow(of);
  of.endsAtPeriodEnd = true;
  const isMade = (of.pending?.atMs ?? NEVER) < last(of).untilMs;
  if (!isMade || !isSameInterval(of.terms, of.pending?.terms ?? of.terms)) of.pending = null;
}

/** Ends it here. */
export const endNow = (of: Membership): void =>
  isRunning(of) ? close(of, "ends") : end(of, of.account.nowMs);

/** Bills what came in after the end. */
export function settle(of: Membership): void {
  of.wakesMs = NEVER;
  issue(of, { ...last(of), reason: "final", lines: lateLines(of, of.stretches) });
}

/** Buys the next term, or one from now on where the last one has run out: it is added when it is paid. */
export function buyTerm(of: Membership): void {
  const isOver = of.status === "expired";
  const index = isOver ? 0 : last(of).index + of.termsAhead + 1;
  const anchored = isOver ? { ...of, anchorMs: of.account.nowMs } : of;
  const { whole } = periodNumbered(from(anchored, NEVER), index);
  const lines = feesAhead(of, of.terms, { ...whole, whole });
  if (issue(of, { ...whole, reason: "term", lines })?.status !== "open") addTerm(of, whole.fromMs);
}

export function addTerm(of: Membership, startMs: number): void {
  if (of.status !== "canceled" && of.status !== "expired") of.termsAhead += 1;
  if (of.status !== "expired") return;
  of.rests.push({ fromMs: of.endedMs, untilMs: startMs });
  [of.endedMs, of.anchorMs] = [NEVER, startMs];
  begin(of, startMs);
}
