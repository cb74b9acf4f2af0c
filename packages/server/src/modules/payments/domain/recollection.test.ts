import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { planCollection, recollected } from "./index.ts";

const NOW_MS = Date.UTC(2026, 1, 3);
const RETRY_MS = Date.UTC(2026, 1, 4);
const terms = { id: 4n, rail: "stripe" as const, isOnTestClock: true, nowMs: NOW_MS };
const invoice = { customerId: 1n, id: 2n, subscriptionId: 3n, currency: "JMD", dueMinor: 100n };
const fresh = present(planCollection(invoice, terms), "there is something to pay");
const tried = {
  ...fresh,
  railRef: "pi_1",
  attemptCount: 2,
  nextAttemptMs: RETRY_MS,
  firstFailedMs: NOW_MS,
  lastFailureCode: "card_declined",
};
const next = { id: 9n, nowMs: NOW_MS };

describe("when less is left to pay than a payment collects", () => {
  test("one that nobody tried is lowered", () => {
    expect(recollected(fresh, 60n, next)).toEqual({
      payment: { ...fresh, amountMinor: 60n },
      successor: null,
    });
  });

  test.each([
    { payment: tried, because: "the rail has an object of the old amount" },
    { payment: { ...tried, railRef: null }, because: "the rail may have been asked for one" },
    { payment: { ...tried, status: "failed" as const }, because: "it was given up, and stays so" },
  ])("one that was tried is replaced: $because", ({ payment }) => {
    const { payment: before, successor } = recollected(payment, 60n, next);
    expect(before).toMatchObject({ status: "canceled", nextAttemptMs: null, amountMinor: 100n });
    expect(successor).toEqual({
      ...payment,
      id: 9n,
      amountMinor: 60n,
      railRef: null,
      attemptCount: 0,
      createdAtMs: NOW_MS,
    });
  });

  test("one is canceled when nothing is left, tried or not", () => {
    for (const payment of [fresh, tried]) {
      const result = recollected(payment, 0n, next);
      expect(result.payment).toMatchObject({ status: "canceled", settledAtMs: NOW_MS });
      expect(result.successor).toBeNull();
    }
  });

  test("one stays as it is when nothing has changed", () => {
    expect(recollected(tried, 100n, next)).toEqual({ payment: tried, successor: null });
  });
});
