import { describe, expect, test } from "vitest";
import { planCollection } from "./index.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const invoice = { customerId: 1n, id: 2n, subscriptionId: 3n, currency: "JMD" };
const terms = { id: 4n, rail: "stripe" as const, isOnTestClock: true, nowMs: NOW_MS };

describe("an invoice is collected", () => {
  test.each([
    { totalMinor: 1n, isCollected: true, because: "the smallest amount is still owed" },
    { totalMinor: 0n, isCollected: false, because: "there is nothing to pay" },
    { totalMinor: -500n, isCollected: false, because: "the customer is owed, and pays nothing" },
  ])("a total of $totalMinor: $isCollected, $because", ({ totalMinor, isCollected }) => {
    const payment = planCollection({ ...invoice, totalMinor }, terms);
    expect(payment !== null).toBe(isCollected);
  });

  test("at once, for the whole total, on the clock of its customer", () => {
    expect(planCollection({ ...invoice, totalMinor: 1_169_900n }, terms)).toMatchObject({
      status: "pending",
      amountMinor: 1_169_900n,
      nextAttemptMs: NOW_MS,
      isOnTestClock: true,
      attemptCount: 0,
    });
  });
});
