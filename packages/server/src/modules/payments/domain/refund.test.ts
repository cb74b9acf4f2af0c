import { describe, expect, test } from "vitest";
import { type Refund, type RefundStatus, refundDirection } from "./index.ts";
import { afterRailRefund, type RailRefund } from "./refund.ts";

const refund: Refund = {
  customerId: 1n,
  id: 2n,
  paymentId: 3n,
  status: "pending",
  currency: "JMD",
  amountMinor: 500n,
  reason: null,
  creditNoteId: null,
  rail: "stripe",
  railRef: null,
  failureCode: null,
  attemptCount: 1,
  createdAtMs: 1000,
  settledAtMs: null,
};
const found: RailRefund = {
  ref: "re_1",
  madeFor: "rfd_1",
  paymentRef: "pi_1",
  status: "succeeded",
  currency: "JMD",
  amountMinor: 500n,
  reason: null,
  failureCode: null,
  createdMs: 1000,
};

describe("a refund after the rail's word", () => {
  test("is settled when it went through, and keeps the rail's reference", () => {
    expect(afterRailRefund(refund, found, 2000)).toMatchObject({
      status: "succeeded",
      railRef: "re_1",
      settledAtMs: 2000,
    });
  });

  test("waits while the bank has not answered", () => {
    const waiting = afterRailRefund(refund, { ...found, status: "pending" }, 2000);
    expect(waiting).toMatchObject({ status: "pending", settledAtMs: null });
  });

  test("keeps its date when the same is said again", () => {
    const settled = afterRailRefund(refund, found, 2000);
    expect(afterRailRefund(settled, found, 9000)).toEqual(settled);
  });
});

test.each<{ before: RefundStatus; after: RefundStatus; direction: bigint; because: string }>([
  { before: "pending", after: "succeeded", direction: 1n, because: "the money goes out" },
  { before: "pending", after: "failed", direction: 0n, because: "it never went" },
  { before: "succeeded", after: "failed", direction: -1n, because: "the bank sent it back" },
  { before: "failed", after: "succeeded", direction: 1n, because: "it went in the end" },
  { before: "succeeded", after: "succeeded", direction: 0n, because: "it went before" },
])("$before → $after moves $direction: $because", ({ before, after, direction }) => {
  expect(refundDirection(before, after)).toBe(direction);
});
