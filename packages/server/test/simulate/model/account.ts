import type { PlanTerms, Step } from "#test/simulate/history.ts";
import { type Account, newMember } from "#test/simulate/records.ts";
import { NEVER } from "./billing.ts";
import { command } from "./commands.ts";
import { doDue, start } from "./course.ts";
import { charge, giveCard } from "./paying.ts";
import { takeReport } from "./reports.ts";

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
  return command(account, member, step);
}
