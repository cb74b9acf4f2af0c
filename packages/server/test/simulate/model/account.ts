import type { Command, Plans } from "#test/simulate/history.ts";
import {
  type Account,
  isRunning,
  last,
  type Membership,
  NEVER,
  RUNNING,
  refuseIf,
  type Status,
} from "#test/simulate/records.ts";
import { change, make, wait } from "./change.ts";
import * as course from "./course.ts";
import { charge } from "./paying.ts";

/** In which states what may be done; else it is refused. */
const ALLOWED: Readonly<Record<Exclude<Command["does"], "withdraw">, readonly Status[]>> = {
  cancel: ["incomplete", "scheduled", "paused", ...RUNNING],
  uncancel: RUNNING,
  end_trial: ["trialing"],
  pause: ["active", "past_due"],
  resume: ["paused", "active", "past_due"],
  renew: ["expired", "active", "past_due"],
  change: RUNNING,
};

/** When time has something to do next. */
export const dueMs = ({ members, bills }: Account) =>
  Math.min(...members.map(course.dueMs), ...bills.map(({ tryMs }) => tryMs ?? NEVER));

/** Does all that is due: periods first, the earliest first, then payments, until nothing is left. */
export function passTime(account: Account, nowMs: number): void {
  account.nowMs = nowMs;
  while (dueMs(account) <= nowMs) {
    const due = account.members.filter((member) => course.dueMs(member) <= nowMs);
    due.toSorted((one, other) => course.dueMs(one) - course.dueMs(other)).forEach(doDue);
    if (due.length > 0) continue;
    for (const bill of account.bills) if ((bill.tryMs ?? NEVER) <= nowMs) charge(bill);
  }
}

/** Does what time asks of a membership once. */
function doDue(of: Membership): void {
  if (of.status === "scheduled") course.start(of, of.wakesMs);
  else if (of.status === "paused") course.resume(of, of.wakesMs);
  else if (!isRunning(of)) course.settle(of);
  else if (of.pending !== null && of.account.nowMs < last(of).untilMs) make(of, of.pending);
  else if (of.status === "trialing") course.endTrial(of, last(of).untilMs);
  else course.close(of);
}

/** What is asked of a membership is answered when what was due is done. */
export function ask(of: Membership, step: Command, plans: Plans): string {
  const { bills, nowMs } = of.account;
  refuseIf(step.does === "withdraw" && of.pending === null, "change_not_pending");
  if (step.does === "withdraw") return wait(of, null);
  catchUp(of, nowMs);
  const { does } = step;
  const term = bills.findLast(({ member, reason }) => member === of && reason === "term");
  refuseIf(does === "renew" && of.terms.plan.renewal === "auto", "term_renews_itself");
  refuseIf(!ALLOWED[does].includes(of.status), "subscription_transition_refused");
  refuseIf(/^(change|renew)$/.test(does) && term?.status === "open", "term_awaits_payment");
  if (does === "change") return change(of, step, plans);
  if (does === "renew") course.buyTerm(of);
  if (does === "end_trial") course.endTrial(of, nowMs);
  if (does === "uncancel") of.endsAtPeriodEnd = false;
  if (does === "cancel") course.cancel(of, step.when === "now");
  if (does === "resume") course.resume(of, nowMs);
  if (does === "pause") course.pause(of, step.when === "now", step.resumesAtMs);
  // Where it goes on in time that is paid for, a change whose time came in the pause follows at once.
  catchUp(of, nowMs);
  return "done";
}

/** Does what is due of what runs or rests. */
function catchUp(of: Membership, nowMs: number): void {
  while ((isRunning(of) || of.status === "paused") && course.dueMs(of) <= nowMs) doDue(of);
}
