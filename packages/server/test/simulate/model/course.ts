import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { type Calendar, calendarOf, startByCalendar } from "#test/proofs/calendar.ts";
import type { IntervalTerms } from "#test/simulate/history.ts";
import {
  type Account,
  type Bill,
  type Cut,
  type Ended,
  type Line,
  type Membership,
  NEVER,
  type Pause,
  type Span,
  type Stretch,
} from "#test/simulate/records.ts";
import { feeLines, lateLines, usageLines } from "./lines.ts";

/** Usage is taken for a day after the end, and a little later the rest is billed. */
const FINAL_MS = DAY_MS + 5 * MINUTE_MS;

const calendars = new Map<string, Calendar>();

function run(member: Membership, stretch: Stretch): Stretch {
  member.stretches.push(stretch);
  member.dueMs = stretch.untilMs;
  return stretch;
}

/** Bills what ran: to its end, or as far as it is cut. Then the next period runs, or nothing does. */
export function close(account: Account, member: Membership, nowMs: number, cut?: Cut): void {
  const { stretches, plan } = member;
  const stretch = stretches.at(-1);
  if (stretch === undefined) return;
  const paidUntilMs = stretch.untilMs;
  stretch.untilMs = cut?.atMs ?? stretch.untilMs;
  const { fromMs, untilMs, isTrial } = stretch;
  const lines = isTrial ? [] : feeLines(plan, "arrears", stretch, stretch.whole);
  if (!isTrial) lines.push(...usageLines(member, stretch));
  lines.push(...lateLines(member, stretches.slice(0, -1)));
  lines.push(...whatFollows(account, member, stretch, { cut, paidUntilMs }));
  issue(account, { member, reason: "renewal", fromMs, untilMs, issuedMs: nowMs, lines });
}

/** What follows a stretch; answers what that costs in advance. */
function whatFollows(
  account: Account,
  member: Membership,
  { untilMs, index }: Stretch,
  { cut, paidUntilMs }: { cut: Cut | undefined; paidUntilMs: number },
): Line[] {
  const { plan, pause, termsAhead } = member;
  const resumesMs = cut === undefined ? pause?.resumesMs : cut.resumesMs;
  const isLast = cut === undefined ? isEnding(account, member) : resumesMs === undefined;
  if (isLast) end(member, untilMs);
  else if (resumesMs !== undefined) rest(member, untilMs, { resumesMs, paidUntilMs });
  else if (plan.renewal === "none" && termsAhead === 0) end(member, untilMs, "expired");
  else {
    const whole = { fromMs: untilMs, untilMs: member.startOf(index + 2) };
    member.termsAhead = Math.max(0, termsAhead - 1);
    const period = { plan, isTrial: false, index: index + 1, charged: new Map() };
    run(member, { ...period, whole, ...whole });
    return termsAhead > 0 ? [] : feeLines(plan, "advance", whole);
  }
  return [];
}

/** Nothing runs from here on, and nothing is billed, until it is resumed. */
function rest(member: Membership, fromMs: number, pause: Pause): void {
  member.status = "paused";
  member.dueMs = pause.resumesMs;
  member.pause = pause;
  member.rests.push({ fromMs, untilMs: NEVER });
}

/** Bills what came in after the end. */
function closeFinally(account: Account, member: Membership, nowMs: number): void {
  member.dueMs = NEVER;
  const { fromMs = 0, untilMs = 0 } = member.stretches.at(-1) ?? {};
  const lines = lateLines(member, member.stretches);
  issue(account, { member, reason: "final", fromMs, untilMs, issuedMs: nowMs, lines });
}

/** Whether what runs is the last that does, by somebody's wish or for want of a card after a trial. */
export function isEnding(account: Account, member: Membership): boolean {
  const { status, plan, endsAtPeriodEnd, termsAhead } = member;
  const hasNoCard = account.card === "none" && plan.trial.without_card === "cancel";
  if (status === "trialing") return endsAtPeriodEnd || hasNoCard;
  return endsAtPeriodEnd && termsAhead === 0;
}

export function isRunning({ status }: Membership): boolean {
  return status === "trialing" || status === "active" || status === "past_due";
}

function end(member: Membership, atMs: number, status: Ended = "canceled"): void {
  member.status = status;
  member.endedMs = atMs;
  member.pause = null;
  for (const pause of member.rests) pause.untilMs = Math.min(pause.untilMs, atMs);
  member.dueMs = member.stretches.length === 0 ? NEVER : atMs + FINAL_MS;
}

type Draft = Pick<Bill, "member" | "reason" | "fromMs" | "untilMs" | "issuedMs" | "lines">;

/** Makes a bill of lines, if there are any. What credit leaves is charged; below zero it is credit. */
export function issue(account: Account, draft: Draft): Bill | null {
  if (draft.lines.length === 0) return null;
  const totalMinor = draft.lines.reduce((sum, line) => sum + line.minor, 0n);
  const creditMinor = totalMinor < account.creditMinor ? totalMinor : account.creditMinor;
  account.creditMinor -= creditMinor;
  const isPaid = totalMinor <= creditMinor;
  const status = isPaid ? "paid" : "open";
  const tries = { tryMs: isPaid ? null : draft.issuedMs, firstFailedMs: null, attempts: [] };
  const bill = { ...draft, totalMinor, creditMinor, status, isGivenUp: false, ...tries } as Bill;
  account.bills.push(bill);
  return bill;
}

/** Does what time asks of a membership once. */
export function doDue(account: Account, member: Membership, nowMs: number): void {
  const { status, dueMs } = member;
  if (status === "scheduled") start(account, member, dueMs, nowMs);
  else if (status === "paused") resume(account, member, dueMs, nowMs);
  else if (!isRunning(member)) closeFinally(account, member, nowMs);
  else if (status === "trialing") endTrial(account, member, dueMs, nowMs);
  else close(account, member, nowMs);
}

/** Does what is over by now. */
export function catchUp(account: Account, member: Membership, nowMs: number): void {
  while (runsBy(member, nowMs) && member.dueMs <= nowMs) doDue(account, member, nowMs);
}

/** Whether it runs once a pause is over that should be by now. */
export function runsBy(member: Membership, nowMs: number): boolean {
  return isRunning(member) || (member.status === "paused" && member.dueMs <= nowMs);
}

/** Ends it here. What never began owes nothing. */
export function endNow(account: Account, member: Membership, nowMs: number): void {
  catchUp(account, member, nowMs);
  if (isRunning(member)) {
    close(account, member, nowMs, { atMs: nowMs });
    return;
  }
  end(member, nowMs);
  if (member.stretches.length > 0) return;
  for (const bill of account.bills) if (bill.member === member) bill.tryMs = null;
}

/**
 * Begins with the trial, if there is one, else with the first period: at once, or when what it costs in
 * advance is paid. Without a card it waits, unless its trial asks for none.
 */
export function start(account: Account, member: Membership, startMs: number, nowMs: number): void {
  const { plan } = member;
  const { days, requires_card } = plan.trial;
  member.status = "incomplete";
  member.dueMs = NEVER;
  if (account.card === "none" && (days === 0 || requires_card)) return;
  if (days > 0) {
    const untilMs = periodsFrom(startMs, { unit: "day", count: 1 }, account.timeZone)(days);
    member.status = "trialing";
    const whole = { fromMs: startMs, untilMs };
    run(member, { plan, index: 0, isTrial: true, whole, ...whole, charged: new Map() });
    return;
  }
  const first = firstStretch(account, member, startMs);
  billFirst(account, member, first, nowMs);
  const isWaiting = account.bills.some((made) => made.member === member && made.status !== "paid");
  if (!isWaiting) begin(account, member, startMs);
}

/** The first period runs; it is paid for, or nothing of it is paid in advance. */
export function begin(account: Account, member: Membership, startMs: number): Stretch {
  member.status = "active";
  const first = firstStretch(account, member, startMs);
  member.anchorMs ??= startMs;
  return run(member, first);
}

/** The first period follows, and is billed and collected like any other; or nothing does. */
export function endTrial(account: Account, member: Membership, atMs: number, nowMs: number): void {
  for (const trial of member.stretches) trial.untilMs = atMs;
  const mayRest = account.card === "none" && member.plan.trial.without_card === "pause";
  if (isEnding(account, member)) end(member, atMs);
  else if (mayRest) rest(member, atMs, { resumesMs: NEVER, paidUntilMs: atMs });
  else billFirst(account, member, begin(account, member, atMs), nowMs);
}

/** It goes on with what is left of a period, which is charged unless it was paid for before the pause. */
export function resume(account: Account, member: Membership, atMs: number, nowMs: number): void {
  const { paidUntilMs = atMs } = member.pause ?? {};
  member.pause = null;
  for (const pause of member.rests) pause.untilMs = Math.min(pause.untilMs, atMs);
  const hasBegun = member.stretches.at(-1)?.isTrial === false;
  const isMoved = hasBegun && member.plan.anchor_after_pause === "move";
  if (isMoved) member.anchorMs = atMs;
  const stretch = begin(account, member, atMs);
  if (isOwing(account, member)) member.status = "past_due";
  if (isMoved || atMs >= paidUntilMs) billFirst(account, member, stretch, nowMs);
}

export function nextTerm({ timeZone }: Account, member: Membership, nowMs: number): Span {
  const { plan, startOf, endedMs, termsAhead, stretches } = member;
  if (endedMs !== null) {
    return { fromMs: nowMs, untilMs: periodsFrom(nowMs, plan.interval, timeZone)(1) };
  }
  const index = (stretches.at(-1)?.index ?? 0) + termsAhead + 1;
  return { fromMs: startOf(index), untilMs: startOf(index + 1) };
}

export function addTerm(account: Account, member: Membership, startMs: number): void {
  if (member.status === "canceled") return;
  if (member.endedMs === null) {
    member.termsAhead += 1;
    return;
  }
  member.rests.push({ fromMs: member.endedMs, untilMs: startMs });
  member.endedMs = null;
  member.anchorMs = startMs;
  begin(account, member, startMs);
}

/** Whether something failed to be paid and is tried again. */
export function isOwing({ bills }: Account, member: Membership): boolean {
  return bills.some(
    (bill) => bill.member === member && bill.tryMs !== null && bill.firstFailedMs !== null,
  );
}

/** A part of a period where its anchor lies elsewhere. */
function firstStretch({ timeZone }: Account, member: Membership, startMs: number): Stretch {
  const { plan, anchorMs } = member;
  const startOf = periodsFrom(anchorMs ?? startMs, plan.interval, timeZone);
  member.startOf = startOf;
  let index = 0;
  while (startOf(index) > startMs) index -= 1;
  while (startOf(index + 1) <= startMs) index += 1;
  const whole = { fromMs: startOf(index), untilMs: startOf(index + 1) };
  const charged = new Map();
  return { plan, index, isTrial: false, whole, fromMs: startMs, untilMs: whole.untilMs, charged };
}

function billFirst(account: Account, member: Membership, first: Stretch, issuedMs: number): void {
  const lines = feeLines(member.plan, "advance", first, first.whole);
  const { fromMs, untilMs } = first;
  issue(account, { member, reason: "opening", fromMs, untilMs, issuedMs, lines });
}

function periodsFrom(
  anchorMs: number,
  interval: IntervalTerms,
  timeZone: string,
): Membership["startOf"] {
  const calendar = calendars.get(timeZone) ?? calendarOf(timeZone);
  calendars.set(timeZone, calendar);
  return (index) => startByCalendar(calendar, anchorMs, interval, index);
}
