import { describe, expect, test } from "vitest";
import { type Booking, chargeDifference, refundDifference, unmatchedBooking } from "./index.ts";

const entry = { ref: "ch_1", currency: "JMD", amountMinor: 500n };
const booking: Booking = {
  payment: "pay_1",
  currency: "JMD",
  amountMinor: 500n,
  expectedMinor: 500n,
};
const first = { isFirst: true };

describe("a charge and its booking", () => {
  test("agree on amount and currency", () => {
    expect(chargeDifference(entry, booking, first)).toBeNull();
  });

  test("agree where the provider can only charge about the amount", () => {
    const dinars = { ...booking, currency: "KWD", amountMinor: 5124n, expectedMinor: 5120n };
    const charged = { ref: "ch_1", currency: "KWD", amountMinor: 5120n };
    expect(chargeDifference(charged, dinars, first)).toBeNull();
    expect(chargeDifference({ ...charged, amountMinor: 5124n }, dinars, first)).not.toBeNull();
  });

  test.each([
    { booked: null, isFirst: true, kind: "charge_not_booked", because: "nobody knows of it" },
    {
      booked: { ...booking, amountMinor: 0n },
      isFirst: true,
      kind: "charge_not_booked",
      because: "the payment is known and not in the ledger",
    },
    { booked: booking, isFirst: false, kind: "charged_twice", because: "the first was enough" },
    {
      booked: { ...booking, expectedMinor: 499n },
      isFirst: true,
      kind: "charge_amount_differs",
      because: "another amount is in the ledger",
    },
    {
      booked: { ...booking, currency: "USD" },
      isFirst: true,
      kind: "charge_amount_differs",
      because: "another currency is in the ledger",
    },
  ])("$kind: $because", ({ booked, isFirst, kind }) => {
    expect(chargeDifference(entry, booked, { isFirst })).toMatchObject({ kind, railRef: "ch_1" });
  });
});

test("a refund is compared in the same way", () => {
  expect(refundDifference(entry, booking)).toBeNull();
  expect(refundDifference(entry, null)?.kind).toBe("refund_not_booked");
  expect(refundDifference({ ...entry, amountMinor: 1n }, booking)?.kind).toBe(
    "refund_amount_differs",
  );
});

test("a booking that the provider does not know is told with its amount", () => {
  expect(unmatchedBooking("booked_not_charged", "pi_1", booking)).toEqual({
    kind: "booked_not_charged",
    railRef: "pi_1",
    payment: "pay_1",
    currency: "JMD",
    railMinor: 0n,
    ledgerMinor: 500n,
  });
});
