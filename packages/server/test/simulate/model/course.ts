import type { Account, Membership, Stretch } from "#test/simulate/records.ts";
import { close, closeFinally, end, isEnding, isRunning, issue, NEVER, run } from "./billing.ts";
import { feeLines } from "./lines.ts";
import { periodsFrom } from "./periods.ts";

/** Does what time asks of a membership once. */
export function doDue(account: Account, member: Membership, nowMs: number): void {
  const { status, dueMs } = member;
  if (status === "scheduled") start(account, member, dueMs, nowMs);
  else if (!isRunning(member)) closeFinally(account, member, nowMs);
  else if (status === "trialing" && isEnding(account, member)) end(member, dueMs);
  else if (status === "trialing") endTrial(account, member, dueMs, nowMs);
  else close(account, member, nowMs);
}

/** Does what is over by now. */
export function catchUp(account: Account, member: Membership, nowMs: number): void {
  while (isRunning(member) && member.dueMs <= nowMs) doDue(account, member, nowMs);
}

/** Ends it here. What never began owes nothing. */
export function endNow(account: Account, member: Membership, nowMs: number): void {
  catchUp(account, member, nowMs);
  if (isRunning(member)) {
    close(account, member, nowMs, nowMs);
    return;
  }
  end(member, nowMs);
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
  return run(member, firstStretch(account, member, startMs));
}

/** The first period follows, and is billed and collected like any other. */
export function endTrial(account: Account, member: Membership, atMs: number, nowMs: number): void {
  billFirst(account, member, begin(account, member, atMs), nowMs);
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
