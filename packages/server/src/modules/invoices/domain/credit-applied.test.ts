import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sumMinor } from "#kernel/money.ts";
import { withCreditApplied } from "./index.ts";

const draft = (totalMinor: bigint, customerId = 1n) => ({
  customerId,
  currency: "JMD",
  totalMinor,
});
const creditOf = (creditMinor: bigint) => [{ customerId: 1n, currency: "JMD", creditMinor }];
const appliedOf = (drafts: ReturnType<typeof draft>[], credit: bigint, most?: bigint) =>
  withCreditApplied(drafts, creditOf(credit), most).map((made) => made.creditAppliedMinor);

describe("what an invoice takes of its customer's credit", () => {
  test.each([
    { total: 100n, credit: 0n, applied: 0n, because: "there is none" },
    { total: 100n, credit: 40n, applied: 40n, because: "all of it, and the rest is due" },
    { total: 100n, credit: 100n, applied: 100n, because: "nothing is left to pay" },
    { total: 100n, credit: 250n, applied: 100n, because: "never more than the total" },
    { total: 0n, credit: 250n, applied: 0n, because: "there is nothing to pay" },
    { total: -30n, credit: 250n, applied: -30n, because: "below zero it puts its amount there" },
  ])("$total with $credit there: $applied, $because", ({ total, credit, applied }) => {
    expect(appliedOf([draft(total)], credit)).toEqual([applied]);
  });

  test("one after the other they take what is left, and what an earlier one gave", () => {
    const drafts = [draft(60n), draft(-30n), draft(60n), draft(60n)];
    expect(appliedOf(drafts, 80n)).toEqual([60n, -30n, 50n, 0n]);
  });

  test("nobody takes another's, nor another currency's", () => {
    const drafts = [draft(60n, 2n), { ...draft(60n), currency: "USD" }];
    expect(appliedOf(drafts, 80n)).toEqual([0n, 0n]);
  });

  test("of a limited credit no more is taken than the limit", () => {
    expect(appliedOf([draft(60n)], 80n, 25n)).toEqual([25n]);
    expect(appliedOf([draft(60n)], 10n, 25n)).toEqual([10n]);
    expect(appliedOf([draft(-60n)], 0n, 0n)).toEqual([-60n]);
  });
});

test("credit is neither made nor lost, and nothing is due below zero", () => {
  const totals = fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { maxLength: 8 });
  const credits = fc.bigInt({ min: 0n, max: 2000n });
  fc.assert(
    fc.property(totals, credits, (minors, credit) => {
      const made = withCreditApplied(
        minors.map((total) => draft(total)),
        creditOf(credit),
      );
      const left = credit - sumMinor(made.map(({ creditAppliedMinor }) => creditAppliedMinor));
      const due = sumMinor(made.map((one) => one.totalMinor - one.creditAppliedMinor));
      return left >= 0n && due - left === sumMinor(minors) - credit;
    }),
  );
});
