import { describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { issuedOf } from "#test/support/builders/issued-invoice.ts";
import { allowedActions, creditedWith, markedUncollectible, paidWith, voided } from "./index.ts";

const NOW_MS = Date.UTC(2026, 1, 3);

describe("what is allowed", () => {
  test.each([
    { status: "open", allowed: ["credit", "pay", "void", "mark_uncollectible"] },
    { status: "uncollectible", allowed: ["credit", "pay", "void"] },
    { status: "paid", allowed: ["credit"] },
    { status: "void", allowed: [] },
  ] as const)("to an invoice that is $status: $allowed", ({ status, allowed }) => {
    expect(allowedActions(issuedOf({ status }))).toEqual(allowed);
  });

  test("what was paid in part is not void any more", () => {
    const partly = issuedOf({ amountPaidMinor: 1n });
    expect(allowedActions(partly)).toEqual(["credit", "pay", "mark_uncollectible"]);
    expect(() => voided(partly)).toThrow(BillingError);
  });

  test("a refusal says what is allowed instead", () => {
    const paid = issuedOf({ status: "paid", amountPaidMinor: 100n });
    for (const change of [voided, markedUncollectible]) {
      expect(() => change(paid)).toThrow(
        expect.objectContaining({
          code: "invoice_transition_refused",
          details: { status: "paid", amount_paid: "1.00", allowed: ["credit"] },
        }),
      );
    }
  });
});

describe("money that comes for an invoice of 100", () => {
  test.each([
    { change: {}, amount: 100n, becomes: "paid", paid: 100n, surplus: 0n },
    { change: {}, amount: 40n, becomes: "open", paid: 40n, surplus: 0n },
    { change: {}, amount: 130n, becomes: "paid", paid: 100n, surplus: 30n },
    { change: { amountPaidMinor: 40n }, amount: 60n, becomes: "paid", paid: 100n, surplus: 0n },
    { change: { creditAppliedMinor: 30n }, amount: 70n, becomes: "paid", paid: 70n, surplus: 0n },
    { change: { creditedMinor: 30n }, amount: 80n, becomes: "paid", paid: 70n, surplus: 10n },
    { change: { status: "uncollectible" }, amount: 100n, becomes: "paid", paid: 100n, surplus: 0n },
    { change: { status: "void" }, amount: 100n, becomes: "void", paid: 0n, surplus: 100n },
    {
      change: { status: "paid", amountPaidMinor: 100n },
      amount: 50n,
      becomes: "paid",
      paid: 100n,
      surplus: 50n,
    },
  ] as const)("$change, $amount: $becomes, surplus $surplus", (row) => {
    const { invoice, surplusMinor } = paidWith(issuedOf(row.change), row.amount, NOW_MS);
    expect([invoice.status, invoice.amountPaidMinor, surplusMinor]).toEqual([
      row.becomes,
      row.paid,
      row.surplus,
    ]);
  });

  test("a part leaves it without a time at which it was paid", () => {
    expect(paidWith(issuedOf({}), 99n, NOW_MS).invoice.paidAtMs).toBeNull();
    expect(paidWith(issuedOf({}), 100n, NOW_MS).invoice.paidAtMs).toBe(NOW_MS);
  });
});

test("a credit note over all that is due settles the invoice, over less it does not", () => {
  const partly = issuedOf({ amountPaidMinor: 60n });
  expect(creditedWith(partly, 40n, NOW_MS)).toMatchObject({ status: "paid", paidAtMs: NOW_MS });
  expect(creditedWith(partly, 39n, NOW_MS)).toMatchObject({ status: "open", creditedMinor: 39n });
  expect(() => creditedWith(partly, 41n, NOW_MS)).toThrow("no more is taken off");
});
