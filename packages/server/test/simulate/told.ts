import type { Plans, Step } from "./history.ts";
import { ask, dueMs } from "./model/account.ts";
import { wanted } from "./model/change.ts";
import { start } from "./model/course.ts";
import { correct, credit, giveCard } from "./model/paying.ts";
import { takeReport } from "./model/reports.ts";
import { type Account, newMember, Refused } from "./records.ts";

/**
 * Tells the model what a customer does. Answers `done`, what became of a report, or the code of a refusal:
 * what is refused changes nothing, not even what was due.
 */
export function tell(player: { account: Account }, step: Step, plans: Plans): string {
  const { account } = player;
  const before = dueMs(account) <= step.atMs ? structuredClone(account) : account;
  account.nowMs = step.atMs;
  try {
    return answer(account, step, plans);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    player.account = before;
    return error.code;
  }
}

function answer(account: Account, step: Step, plans: Plans): string {
  if (step.does === "give_card") return giveCard(account, step.works);
  if (step.does === "subscribe") {
    const plan = plans.get(step.plan);
    if (plan === undefined) throw new Error("there is no such plan");
    const made = newMember(account, step, wanted(plan, step.quantity));
    account.members.push(made);
    if (made.status === "incomplete") start(made, step.atMs);
    return "done";
  }
  const member = account.members.find(({ name }) => name === step.subscription);
  if (member === undefined) return "nobody there";
  if (step.does === "report") return takeReport(member, step);
  if (!("bill" in step)) return ask(member, step, plans);
  const bill = account.bills.filter((made) => made.member === member)[step.bill - 1];
  if (bill === undefined) return "nobody there";
  return "to" in step ? credit(bill, step) : correct(bill, step.does);
}
