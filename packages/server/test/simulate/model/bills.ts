import { type Fraction, fraction, nearestWhole, times } from "#test/proofs/fraction.ts";
import { MINOR_DIGITS } from "#test/simulate/plans.ts";
import {
  type Account,
  type Amount,
  type Bill,
  type Draft,
  type Membership,
  newBill,
} from "#test/simulate/records.ts";

/** Makes a bill of lines, if there are any. What credit leaves is charged; below zero it is credit. */
export function issue(member: Membership, draft: Draft): Bill | null {
  const { account } = member;
  if (draft.lines.length === 0) return null;
  const totalMinor = sum(draft.lines);
  const creditMinor = totalMinor < account.creditMinor ? totalMinor : account.creditMinor;
  account.creditMinor -= creditMinor;
  const bill = newBill(member, draft, { totalMinor, creditMinor });
  if (totalMinor <= creditMinor) bill.status = "paid";
  else bill.tryMs = account.nowMs;
  account.bills.push(bill);
  return bill;
}

/** An exact amount of major units as whole minor ones. */
export const minor = (exact: Fraction, { currency }: Pick<Account, "currency">) =>
  nearestWhole(times(exact, fraction(10n ** BigInt(MINOR_DIGITS[currency] ?? 2), 1n)));

export const sum = (of: readonly Amount[]) => of.reduce((all, { minor: part }) => all + part, 0n);

/** What is left to pay of it. */
export const left = ({ status, totalMinor, creditMinor, offMinor }: Bill) =>
  status === "paid" || status === "void" ? 0n : totalMinor - creditMinor - offMinor;

/** Tries the card. */
export function attempt({ card, nowMs }: Account, bill: Bill): boolean {
  const outcome = card === "works" ? "succeeded" : "declined";
  bill.attempts.push({ atMs: nowMs, outcome, minor: left(bill) });
  if (card === "works") [bill.cardMinor, bill.status, bill.tryMs] = [left(bill), "paid", null];
  return card === "works";
}

/** Nothing of it is owed, and the credit that it had taken is there again. */
export function takeBack(account: Account, bill: Bill): void {
  [bill.status, bill.tryMs] = ["void", null];
  account.creditMinor += bill.creditMinor;
}

/** Whether something failed to be paid and is tried again. */
export const isOwing = (of: Membership) =>
  of.account.bills.some((bill) => bill.member === of && isLate(bill));

const isLate = ({ tryMs, firstFailedMs }: Bill) => tryMs !== null && firstFailedMs !== null;
