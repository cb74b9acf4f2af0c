import { describe, expect, test } from "vitest";
import { afterRailDispute, type Dispute, type DisputeStatus, disputeDirection } from "./index.ts";

describe("what a dispute does to the money", () => {
  test.each<{
    before: DisputeStatus | null;
    after: DisputeStatus;
    direction: bigint;
    because: string;
  }>([
    { before: null, after: "inquiry", direction: 0n, because: "the bank only asks" },
    { before: null, after: "open", direction: 1n, because: "the bank takes it" },
    { before: "inquiry", after: "open", direction: 1n, because: "the bank takes it now" },
    { before: "open", after: "open", direction: 0n, because: "it was taken before" },
    { before: "open", after: "won", direction: -1n, because: "the bank gives it back" },
    { before: "open", after: "lost", direction: 0n, because: "the bank keeps it" },
    { before: null, after: "lost", direction: 1n, because: "what was missed is caught up with" },
    { before: null, after: "won", direction: 0n, because: "taken and given back, unseen" },
    { before: "inquiry", after: "won", direction: 0n, because: "it was never taken" },
    { before: "won", after: "lost", direction: 1n, because: "the bank thought again" },
  ])("$before → $after moves $direction: $because", ({ before, after, direction }) => {
    expect(disputeDirection(before, after)).toBe(direction);
  });
});

test("a dispute is closed once, when it is decided", () => {
  const open: Dispute = {
    customerId: 1n,
    id: 2n,
    paymentId: 3n,
    status: "open",
    currency: "JMD",
    amountMinor: 500n,
    reason: "fraudulent",
    rail: "stripe",
    railRef: "dp_1",
    openedAtMs: 1000,
    closedAtMs: null,
  };
  const { currency, amountMinor, reason } = open;
  const won = {
    ref: "dp_1",
    paymentRef: "pi_1",
    status: "won",
    currency,
    amountMinor,
    reason,
  } as const;
  const closed = afterRailDispute(open, won, 2000);
  expect(closed).toMatchObject({ status: "won", closedAtMs: 2000 });
  expect(afterRailDispute(closed, won, 9000)).toEqual(closed);
  expect(afterRailDispute(open, { ...won, status: "open" }, 9000)).toEqual(open);
});
