import type { Operation, Report } from "#test/simulate/history.ts";
import type { Account, Membership } from "#test/simulate/records.ts";
import { isEnding, isRunning, issue } from "./billing.ts";
import { catchUp, endNow, endTrial } from "./course.ts";
import { feeLines } from "./lines.ts";

type Command = Exclude<Operation, Report | { does: "give_card" } | { does: "subscribe" }>;

const REFUSED = "subscription_transition_refused";

/** What is done to a membership. What is refused changes nothing, not even what was due. */
export function command(
  account: Account,
  member: Membership,
  step: Command & { readonly atMs: number },
): string {
  const isOver = member.endedMs !== null || willBeOver(account, member, step.atMs);
  if (step.does === "renew" && member.plan.renewal === "auto") return "term_renews_itself";
  if (step.does === "cancel" && !isOver && !isRunning(member)) {
    endNow(account, member, step.atMs);
    return "done";
  }
  return isOver || !isRunning(member) ? REFUSED : commandRunning(account, member, step);
}

function commandRunning(
  account: Account,
  member: Membership,
  step: Command & { readonly atMs: number },
): string {
  const { does, atMs } = step;
  const isTrial = member.status === "trialing" && member.dueMs > atMs;
  if ((does === "renew" && isTrial) || (does === "end_trial" && !isTrial)) return REFUSED;
  if (does === "renew") return renew(account, member, atMs);
  if (does === "end_trial") {
    for (const trial of member.stretches) trial.untilMs = atMs;
    endTrial(account, member, atMs, atMs);
  } else if (does === "cancel" && step.when === "now") {
    endNow(account, member, atMs);
  } else {
    catchUp(account, member, atMs);
    member.endsAtPeriodEnd = does === "cancel";
  }
  return "done";
}

/** Whether it is over once what is due is done. */
function willBeOver(account: Account, member: Membership, nowMs: number): boolean {
  if (!isRunning(member) || member.dueMs > nowMs) return false;
  const isLastTerm = member.plan.renewal === "none" && member.termsAhead === 0;
  return isEnding(account, member) || (member.status !== "trialing" && isLastTerm);
}

function renew(account: Account, member: Membership, nowMs: number): string {
  const isUndecided = account.bills.some(
    (bill) => bill.member === member && bill.reason === "term" && bill.status === "open",
  );
  if (isUndecided) return "term_awaits_payment";
  catchUp(account, member, nowMs);
  const index = (member.stretches.at(-1)?.index ?? 0) + member.termsAhead + 1;
  const term = { fromMs: member.startOf(index), untilMs: member.startOf(index + 1) };
  const lines = feeLines(member.plan, "advance", term);
  const bill = issue(account, { member, reason: "term", ...term, issuedMs: nowMs, lines });
  if (bill === null || bill.status === "paid") member.termsAhead += 1;
  return "done";
}
