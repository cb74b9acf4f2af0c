import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import { feeLines, lateLines, usageLines } from "./lines.ts";
import { periodsFrom } from "./periods.ts";
import type { Account, Bill, Membership, Stretch } from "./records.ts";

export const NEVER = Number.POSITIVE_INFINITY;

/** Usage is taken for a day after the end, and a little later the rest is billed. */
const FINAL_MS = DAY_MS + 5 * MINUTE_MS;

/** With a card it begins: at once, or when what it costs in advance is paid. */
export function open(account: Account, member: Membership, nowMs: number): void {
  account.members.push(member);
  if (account.card === "none") return;
  const { plan } = member;
  const untilMs = periodsFrom(nowMs, plan.interval, account.timeZone)(1);
  const first = { fromMs: nowMs, untilMs };
  const lines = feeLines(plan, "advance", first);
  issue(account, { member, reason: "opening", ...first, issuedMs: nowMs, lines });
  if (!account.bills.some((bill) => bill.member === member && bill.status !== "paid")) {
    begin(account, member, nowMs);
  }
}

export function begin(account: Account, member: Membership, anchorMs: number): void {
  member.status = "active";
  member.startOf = periodsFrom(anchorMs, member.plan.interval, account.timeZone);
  run(member, 0);
}

function run(member: Membership, index: number): Stretch {
  const whole = { fromMs: member.startOf(index), untilMs: member.startOf(index + 1) };
  const stretch = { plan: member.plan, index, whole, ...whole, charged: new Map() };
  member.stretches.push(stretch);
  member.dueMs = whole.untilMs;
  return stretch;
}

/** Does what time asks of a membership once. */
export function close(account: Account, member: Membership, nowMs: number, cutMs?: number): void {
  const stretch = member.stretches.at(-1);
  if (stretch === undefined) return;
  const { stretches } = member;
  if (member.endedMs !== null) {
    member.dueMs = NEVER;
    const lines = lateLines(member, stretches);
    issue(account, { member, reason: "final", ...spanOf(stretch), issuedMs: nowMs, lines });
    return;
  }
  stretch.untilMs = cutMs ?? stretch.untilMs;
  const lines = [
    ...feeLines(stretch.plan, "arrears", stretch, stretch.whole),
    ...usageLines(member, stretch),
    ...lateLines(member, stretches.slice(0, -1)),
  ];
  if (cutMs !== undefined || member.endsAtPeriodEnd) end(member, stretch.untilMs);
  else lines.push(...feeLines(member.plan, "advance", run(member, stretch.index + 1)));
  issue(account, { member, reason: "renewal", ...spanOf(stretch), issuedMs: nowMs, lines });
}

export function cancel(account: Account, member: Membership, when: string, nowMs: number): string {
  const isOver = member.endsAtPeriodEnd && member.dueMs <= nowMs;
  if (member.endedMs !== null || isOver) return "subscription_transition_refused";
  if (when === "now" || member.status === "incomplete") {
    endNow(account, member, nowMs);
  } else {
    catchUp(account, member, nowMs);
    member.endsAtPeriodEnd = true;
  }
  return "done";
}

/** Ends it here; what is over by now is billed first. What never began owes nothing. */
export function endNow(account: Account, member: Membership, nowMs: number): void {
  if (member.status !== "incomplete") {
    catchUp(account, member, nowMs);
    close(account, member, nowMs, nowMs);
    return;
  }
  end(member, nowMs);
  for (const bill of account.bills) if (bill.member === member) bill.tryMs = null;
}

function catchUp(account: Account, member: Membership, nowMs: number): void {
  while (member.dueMs <= nowMs) close(account, member, nowMs);
}

function end(member: Membership, atMs: number): void {
  member.status = "canceled";
  member.endedMs = atMs;
  member.dueMs = member.stretches.length === 0 ? NEVER : atMs + FINAL_MS;
}

function spanOf({ fromMs, untilMs }: Stretch) {
  return { fromMs, untilMs };
}

type Draft = Pick<Bill, "member" | "reason" | "fromMs" | "untilMs" | "issuedMs" | "lines">;

/** Makes a bill of lines, if there are any. What credit leaves is charged; below zero it is credit. */
function issue(account: Account, draft: Draft): void {
  if (draft.lines.length === 0) return;
  const totalMinor = draft.lines.reduce((sum, line) => sum + line.minor, 0n);
  const creditMinor = totalMinor < account.creditMinor ? totalMinor : account.creditMinor;
  account.creditMinor -= creditMinor;
  const isPaid = totalMinor <= creditMinor;
  account.bills.push({
    ...draft,
    totalMinor,
    creditMinor,
    status: isPaid ? "paid" : "open",
    tryMs: isPaid ? null : draft.issuedMs,
    firstFailedMs: null,
    attempts: [],
  });
}
