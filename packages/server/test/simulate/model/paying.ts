import { DAY_MS } from "#kernel/clock.ts";
import { decimal, least, split } from "#test/proofs/fraction.ts";
import type { Note } from "#test/simulate/history.ts";
import { type Account, type Bill, type Line, NEVER, refuseIf } from "#test/simulate/records.ts";
import { attempt, isOwing, left, minor, sum, takeBack } from "./bills.ts";
import { addTerm, begin, endNow } from "./course.ts";

/** What is paid lets begin or go on what waited for it. */
function paid(bill: Bill): void {
  const { member } = bill;
  [bill.status, bill.tryMs, bill.isGivenUp] = ["paid", null, false];
  if (bill.reason === "term") return addTerm(member, bill.fromMs);
  if (member.status === "incomplete") begin(member, bill.fromMs);
  if (member.status === "past_due" && !isOwing(member)) member.status = "active";
}

/**
 * Tried again on its days, counted from the first failure; after the last it is given up. A term is not,
 * and of what nothing was given nothing is owed.
 */
export function charge(bill: Bill): void {
  const { member } = bill;
  if (attempt(member.account, bill)) return paid(bill);
  if (bill.reason === "term") return takeBack(member.account, bill);
  const firstMs = bill.firstFailedMs ?? member.account.nowMs;
  bill.firstFailedMs = firstMs;
  const retries = [1, 3, 5, 7].map((days) => firstMs + days * DAY_MS);
  bill.tryMs = retries.find((atMs) => atMs > member.account.nowMs) ?? null;
  if (member.status === "active") member.status = "past_due";
  if (bill.tryMs !== null) return;
  if (member.status === "incomplete") return endNow(member);
  [bill.status, bill.isGivenUp] = ["uncollectible", true];
  if (member.endedMs === NEVER && member.terms.plan.when_unpaid === "cancel") endNow(member);
}

/** What waits for its next try is tried at once, and so is what was given up and keeps somebody past due. */
export function giveCard(account: Account, works: boolean): string {
  account.card = works ? "works" : "declined";
  const isOpen = (bill: Bill) => bill.isGivenUp && bill.member.status === "past_due";
  const waiting = account.bills.filter((bill) => bill.tryMs !== null || isOpen(bill));
  for (const bill of waiting) bill.tryMs = Math.min(bill.tryMs ?? NEVER, account.nowMs);
  return "done";
}

/** What is done to a bill by hand: it is collected no more. */
export function correct(bill: Bill, does: string): string {
  const { member } = bill;
  const isDone = bill.status === (does === "void" ? "void" : "uncollectible");
  if (isDone && does !== "pay_by_hand") return "done";
  refuseIf(["paid", "void"].includes(bill.status), "invoice_transition_refused");
  [bill.status, bill.tryMs, bill.isGivenUp] = ["uncollectible", null, false];
  if (does === "void") takeBack(member.account, bill);
  if (does === "pay_by_hand") paid(bill);
  else if (member.status === "incomplete") endNow(member);
  else if (member.status === "past_due" && does === "void" && !isOwing(member))
    member.status = "active";
  return "done";
}

/** Takes back a part of a bill: off what is due, and else to the customer's credit or the card. */
export function credit(bill: Bill, { amount, to }: Note): string {
  const { account } = bill.member;
  refuseIf(bill.status === "void", "invoice_transition_refused");
  const rests = bill.lines.map((line) => ({ line, minor: line.minor - givenBack(account, line) }));
  const asked = amount === undefined ? sum(rests) : minor(decimal(amount), account);
  refuseIf(asked <= 0n || asked > sum(rests), "credit_note_too_large");
  const offMinor = least(asked, left(bill));
  const backMinor = asked - offMinor;
  refuseIf(to === "refund" && backMinor > bill.cardMinor, "refund_too_large");

  const open = rests.filter((rest) => rest.minor > 0n);
  const weights = open.map((rest) => rest.minor);
  const parts = split(asked, weights);
  for (const [at, { line }] of open.entries()) line.noted = (line.noted ?? 0n) + (parts[at] ?? 0n);
  bill.offMinor += offMinor;
  if (to === "balance") account.creditMinor += backMinor;
  else [bill.cardMinor, bill.backMinor] = [bill.cardMinor - backMinor, bill.backMinor + backMinor];
  if (bill.status !== "paid" && left(bill) === 0n) paid(bill);
  return "done";
}

/** What credit notes and credits for unused time took back of a line. */
function givenBack({ bills }: Account, line: Line): bigint {
  const lines = bills.flatMap((bill) => (bill.status === "void" ? [] : bill.lines));
  return (line.noted ?? 0n) - sum(lines.filter(({ gives }) => gives === line));
}
