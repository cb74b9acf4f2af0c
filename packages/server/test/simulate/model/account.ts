import type { PlanTerms, Report, Step } from "#test/simulate/history.ts";
import { type Account, type Membership, NEVER, newMember } from "#test/simulate/records.ts";
import {
  addTerm,
  catchUp,
  close,
  doDue,
  endNow,
  endTrial,
  isEnding,
  isRunning,
  issue,
  nextTerm,
  resume,
  runsBy,
  start,
} from "./course.ts";
import { feeLines } from "./lines.ts";
import { charge, correct, giveCard } from "./paying.ts";
import { takeReport } from "./reports.ts";

type Command = Exclude<Step, Report | { does: "give_card" | "subscribe" } | { bill: number }>;

const REFUSED = "subscription_transition_refused";

/** When time has something to do next. */
export function dueMs({ members, bills }: Account): number {
  const tries = bills.map(({ tryMs }) => tryMs ?? NEVER);
  return Math.min(NEVER, ...members.map((member) => member.dueMs), ...tries);
}

/** Does all that is due: periods first, the earliest first, then payments, until nothing is left. */
export function passTime(account: Account, nowMs: number): void {
  while (dueMs(account) <= nowMs) {
    const due = account.members.filter((member) => member.dueMs <= nowMs);
    for (const member of due.toSorted((one, other) => one.dueMs - other.dueMs)) {
      doDue(account, member, nowMs);
    }
    if (due.length > 0) continue;
    for (const bill of account.bills.filter(({ tryMs }) => tryMs !== null && tryMs <= nowMs)) {
      charge(account, bill, nowMs);
    }
  }
}

/** Answers `done`, what became of a report, or the code of a refusal. */
export function take(account: Account, step: Step, plans: ReadonlyMap<string, PlanTerms>): string {
  if (step.does === "give_card") {
    giveCard(account, step.works, step.atMs);
    return "done";
  }
  if (step.does === "subscribe") {
    const plan = plans.get(step.plan);
    if (plan === undefined) return "no such plan";
    const member = newMember(step, plan);
    account.members.push(member);
    if (member.status === "incomplete") start(account, member, step.atMs, step.atMs);
    return "done";
  }
  const member = account.members.find(({ name }) => name === step.subscription);
  if (member === undefined) return "nobody there";
  if (step.does === "report") return takeReport(member, step);
  if ("bill" in step) {
    const bill = account.bills.filter((made) => made.member === member)[step.bill - 1];
    return bill === undefined ? "nobody there" : correct(account, bill, step.does, step.atMs);
  }
  return command(account, member, step);
}

/** What is done to a membership. What is refused changes nothing, not even what was due. */
function command(account: Account, member: Membership, step: Command): string {
  const { does, atMs } = step;
  if (does === "renew") return renew(account, member, atMs);
  if (member.endedMs !== null || willBeOver(account, member, atMs)) return REFUSED;
  if (runsBy(member, atMs)) return commandRunning(account, member, step);
  if (does === "cancel") endNow(account, member, atMs);
  else if (does === "resume" && member.status === "paused") resume(account, member, atMs, atMs);
  else return REFUSED;
  return "done";
}

function commandRunning(account: Account, member: Membership, step: Command): string {
  const { does, atMs } = step;
  const isTrial = member.status === "trialing" && member.dueMs > atMs;
  if (isTrial ? ["pause", "resume"].includes(does) : does === "end_trial") return REFUSED;
  if (does === "pause") return pause(account, member, step);
  if (does === "end_trial") {
    endTrial(account, member, atMs, atMs);
  } else if (does === "cancel" && step.when === "now") {
    endNow(account, member, atMs);
  } else {
    catchUp(account, member, atMs);
    if (does === "resume") member.pause = null;
    else member.endsAtPeriodEnd = does === "cancel";
  }
  return "done";
}

function pause(
  account: Account,
  member: Membership,
  { when, atMs, resumesAtMs = NEVER }: Extract<Command, { does: "pause" }>,
): string {
  if (member.plan.renewal === "none") return "term_not_pausable";
  const { index = 0 } = member.stretches.at(-1) ?? {};
  const endMs = member.dueMs > atMs ? member.dueMs : member.startOf(index + 2);
  if (resumesAtMs <= (when === "now" ? atMs : endMs)) return "time_invalid";
  catchUp(account, member, atMs);
  if (when === "now") close(account, member, atMs, { atMs, resumesMs: resumesAtMs });
  else member.pause = { resumesMs: resumesAtMs, paidUntilMs: endMs };
  return "done";
}

/** Whether it is over once what is due is done. */
function willBeOver(account: Account, member: Membership, nowMs: number): boolean {
  if (!isRunning(member) || member.dueMs > nowMs) return false;
  const isLastTerm = member.plan.renewal === "none" && member.termsAhead === 0;
  return isEnding(account, member) || (member.status !== "trialing" && isLastTerm);
}

/** The next term, or one from now on where the last one has run out; it is added when it is paid. */
function renew(account: Account, member: Membership, nowMs: number): string {
  const { plan, status } = member;
  if (plan.renewal === "auto") return "term_renews_itself";
  const isDue = isRunning(member) && member.dueMs <= nowMs;
  const isOpen = isDue ? !isEnding(account, member) : isRunning(member) && status !== "trialing";
  if (!isOpen && status !== "expired") return REFUSED;
  const terms = account.bills.filter((bill) => bill.member === member && bill.reason === "term");
  if (terms.some((bill) => bill.status === "open")) return "term_awaits_payment";
  catchUp(account, member, nowMs);
  const term = nextTerm(account, member, nowMs);
  const lines = feeLines(plan, "advance", term);
  const bill = issue(account, { member, reason: "term", ...term, issuedMs: nowMs, lines });
  if (bill === null || bill.status === "paid") addTerm(account, member, term.fromMs);
  return "done";
}
