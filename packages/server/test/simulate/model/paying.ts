import { DAY_MS } from "#kernel/clock.ts";
import type { Account, Bill } from "#test/simulate/records.ts";
import { addTerm, begin, endNow, isOwing } from "./course.ts";

const RETRY_DAYS = [1, 3, 5, 7];

export function charge(account: Account, bill: Bill, nowMs: number): void {
  const outcome = account.card === "works" ? "succeeded" : "declined";
  bill.attempts.push({ atMs: nowMs, outcome });
  bill.tryMs = null;
  if (outcome === "succeeded") paid(account, bill);
  else failed(account, bill, nowMs);
}

function paid(account: Account, bill: Bill): void {
  const { member } = bill;
  bill.status = "paid";
  if (bill.reason === "term") return addTerm(account, member, bill.fromMs);
  if (member.status === "incomplete") begin(account, member, bill.fromMs);
  if (member.status === "past_due" && !isOwing(account, member)) member.status = "active";
}

/** Tried again on its days, counted from the first failure; after the last it is given up. */
function failed(account: Account, bill: Bill, nowMs: number): void {
  const { member } = bill;
  const firstMs = bill.firstFailedMs ?? nowMs;
  bill.firstFailedMs = firstMs;
  if (bill.reason === "term") {
    bill.status = "uncollectible";
    bill.isGivenUp = true;
    return;
  }
  const retries = RETRY_DAYS.map((days) => firstMs + days * DAY_MS);
  bill.tryMs = retries.find((atMs) => atMs > nowMs) ?? null;
  if (member.status === "active") member.status = "past_due";
  if (bill.tryMs !== null) return;
  bill.status = "uncollectible";
  bill.isGivenUp = true;
  const goesOn = member.status === "past_due" || member.status === "paused";
  const stays = member.plan.when_unpaid === "stay_past_due" && goesOn;
  if (!stays && member.endedMs === null) endNow(account, member, nowMs);
}

/** What waits for its next try is tried at once, and so is what was given up and keeps somebody past due. */
export function giveCard(account: Account, works: boolean, nowMs: number): void {
  account.card = works ? "works" : "declined";
  for (const bill of account.bills) {
    const isReopened = bill.isGivenUp && bill.member.status === "past_due";
    if (bill.tryMs !== null) bill.tryMs = Math.min(bill.tryMs, nowMs);
    else if (isReopened) bill.tryMs = nowMs;
  }
}

/** What is done to a bill by hand: it is collected no more. */
export function correct(account: Account, bill: Bill, does: string, nowMs: number): string {
  const wanted = does === "void" ? "void" : "uncollectible";
  const isByHand = does === "pay_by_hand";
  if (!isByHand && bill.status === wanted) return "done";
  if (bill.status === "paid" || bill.status === "void") return "invoice_transition_refused";
  bill.tryMs = null;
  bill.isGivenUp = false;
  if (isByHand) {
    paid(account, bill);
    return "done";
  }
  const { member } = bill;
  bill.status = wanted;
  if (does === "void") account.creditMinor += bill.creditMinor;
  const isOwed = does !== "void" || isOwing(account, member);
  if (member.status === "incomplete") endNow(account, member, nowMs);
  else if (member.status === "past_due" && !isOwed) member.status = "active";
  return "done";
}
