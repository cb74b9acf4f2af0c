import type { Life, PlanTerms, Step } from "#test/simulate/history.ts";
import { cancel, close, NEVER, open } from "./billing.ts";
import { charge, giveCard } from "./paying.ts";
import type { Account, Membership } from "./records.ts";
import { takeReport } from "./reports.ts";

export function newAccount({ timeZone }: Life): Account {
  return { timeZone, members: [], bills: [], card: "none", creditMinor: 0n };
}

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
      close(account, member, nowMs);
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
    if (plan !== undefined) open(account, newMember(step.subscription, plan), step.atMs);
    return "done";
  }
  const member = account.members.find(({ name }) => name === step.subscription);
  if (member === undefined) return "nobody there";
  if (step.does === "cancel") return cancel(account, member, step.when, step.atMs);
  return takeReport(member, step);
}

function newMember(name: string, plan: PlanTerms): Membership {
  return {
    name,
    plan,
    status: "incomplete",
    startOf: () => NEVER,
    stretches: [],
    endsAtPeriodEnd: false,
    endedMs: null,
    dueMs: NEVER,
    reports: [],
  };
}
