import { describe, expect, test } from "vitest";
import { planCollection } from "./index.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const invoice = { customerId: 1n, id: 2n, subscriptionId: 3n, currency: "JMD" };
const terms = { id: 4n, rail: "stripe" as const, isOnTestClock: true, nowMs: NOW_MS };

describe("an invoice is collected", () => {
  test.each([
    { dueMinor: 1n, isCollected: true, because: "the smallest amount is still owed" },
    { dueMinor: 0n, isCollected: false, because: "there is nothing to pay" },
    { dueMinor: -500n, isCollected: false, because: "the customer is owed, and pays nothing" },
  ])("$dueMinor due: $isCollected, $because", ({ dueMinor, isCollected }) => {
    const payment = planCollection({ ...invoice, dueMinor }, terms);
    expect(payment !== null).toBe(isCollected);
  });

  test("at once, for all that is due, on the clock of its customer", () => {
    expect(planCollection({ ...invoice, dueMinor: 1_169_900n }, terms)).toMatchObject({
      status: "pending",
      amountMinor: 1_169_900n,
      nextAttemptMs: NOW_MS,
      isOnTestClock: true,
      attemptCount: 0,
    });
  });
});
