import { DAY_MS, MINUTE_MS } from "#kernel/clock.ts";
import type { Account, Bill, Membership, Stretch } from "#test/simulate/records.ts";
import { feeLines, lateLines, usageLines } from "./lines.ts";

export const NEVER = Number.POSITIVE_INFINITY;

/** Usage is taken for a day after the end, and a little later the rest is billed. */
const FINAL_MS = DAY_MS + 5 * MINUTE_MS;

export function run(member: Membership, stretch: Stretch): Stretch {
  member.stretches.push(stretch);
  member.dueMs = stretch.untilMs;
  return stretch;
}

/** Bills what ran: to its end, or as far as it is cut. Then the next period runs, or nothing does. */
export function close(account: Account, member: Membership, nowMs: number, cutMs?: number): void {
  const { stretches, plan } = member;
  const stretch = stretches.at(-1);
  if (stretch === undefined) return;
  stretch.untilMs = cutMs ?? stretch.untilMs;
  const { fromMs, untilMs, index, isTrial } = stretch;
  const lines = isTrial ? [] : feeLines(plan, "arrears", stretch, stretch.whole);
  if (!isTrial) lines.push(...usageLines(member, stretch));
  lines.push(...lateLines(member, stretches.slice(0, -1)));
  if (cutMs !== undefined || isEnding(account, member)) {
    end(member, untilMs);
  } else if (plan.renewal === "none" && member.termsAhead === 0) {
    end(member, untilMs, "expired");
  } else {
    const whole = { fromMs: untilMs, untilMs: member.startOf(index + 2) };
    const isPaid = member.termsAhead > 0;
    member.termsAhead -= isPaid ? 1 : 0;
    run(member, { ...stretch, index: index + 1, whole, ...whole, charged: new Map() });
    if (!isPaid) lines.push(...feeLines(plan, "advance", whole));
  }
  issue(account, { member, reason: "renewal", fromMs, untilMs, issuedMs: nowMs, lines });
}

/** Bills what came in after the end. */
export function closeFinally(account: Account, member: Membership, nowMs: number): void {
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

export function end(
  member: Membership,
  atMs: number,
  status: "canceled" | "expired" = "canceled",
): void {
  member.status = status;
  member.endedMs = atMs;
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
  const bill: Bill = {
    ...draft,
    totalMinor,
    creditMinor,
    status: isPaid ? "paid" : "open",
    tryMs: isPaid ? null : draft.issuedMs,
    firstFailedMs: null,
    attempts: [],
  };
  account.bills.push(bill);
  return bill;
}
