import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { DAY_MS, HOUR_MS } from "#kernel/clock.ts";
import { type AttemptOutcome, afterAttempt, type Payment, planCollection } from "./index.ts";

const START_MS = Date.UTC(2026, 0, 31);
const RETRY_DAYS = [1, 3, 5, 7];
const declined: AttemptOutcome = { type: "declined", code: "insufficient_funds" };

const invoice = {
  customerId: 1n,
  id: 2n,
  subscriptionId: 3n,
  currency: "JMD",
  dueMinor: 1_169_900n,
};
const terms = { id: 4n, rail: "stripe" as const, isOnTestClock: false, nowMs: START_MS };
const fresh = present(planCollection(invoice, terms), "there is something to pay");

/** The payment after failing at each of these days, counted from the start. */
function failingAt(days: readonly number[], retryDays: readonly number[] = RETRY_DAYS): Payment {
  return days.reduce(
    (payment, day) => afterAttempt(payment, declined, retryDays, START_MS + day * DAY_MS),
    fresh,
  );
}

describe("after a failed attempt", () => {
  test.each([
    { days: [0], next: 1, because: "the first retry is a day after the first failure" },
    { days: [0, 1], next: 3, because: "days count from the first failure, not from the last" },
    { days: [0, 1, 3], next: 5, because: "the third retry" },
    { days: [0, 1, 3, 5], next: 7, because: "the last retry" },
    { days: [0, 1, 3, 5, 7], next: null, because: "nothing is left to try" },
    {
      days: [2],
      next: 3,
      because: "the schedule starts when it first failed, not when it was due",
    },
    { days: [0, 1.5], next: 3, because: "a late attempt does not move the others" },
    { days: [0, 0.5], next: 1, because: "an attempt in between takes no place in the schedule" },
    {
      days: [0, 4],
      next: 5,
      because: "what was missed while the server stood still is not made up",
    },
    { days: [0, 30], next: null, because: "the whole schedule has passed" },
  ])("failed on days $days, next on day $next: $because", ({ days, next }) => {
    const payment = failingAt(days);
    expect(payment.nextAttemptMs).toBe(next === null ? null : START_MS + next * DAY_MS);
    expect(payment.status).toBe(next === null ? "failed" : "pending");
    expect(payment.lastFailureCode).toBe("insufficient_funds");
  });

  test("only a payment that the rail has canceled is made anew at the rail", () => {
    const known = { ...fresh, railRef: "pi_1" };
    const canceled: AttemptOutcome = { type: "declined", code: "payment_canceled" };
    const nextAttemptMs = START_MS + DAY_MS;
    expect(afterAttempt(known, declined, RETRY_DAYS, START_MS).railRef).toBe("pi_1");
    expect(afterAttempt(known, canceled, RETRY_DAYS, START_MS)).toMatchObject({
      status: "pending",
      railRef: null,
      nextAttemptMs,
    });
  });

  test("a schedule without retries gives up at once", () => {
    expect(failingAt([0], [])).toMatchObject({ status: "failed", settledAtMs: START_MS });
  });

  test("the order in which the days are written does not matter", () => {
    expect(failingAt([0], [7, 1, 3]).nextAttemptMs).toBe(START_MS + DAY_MS);
  });

  test("a bank that wants the payer is a failure like another", () => {
    const outcome = { type: "needs_action", code: "authentication_required" } as const;
    expect(afterAttempt(fresh, outcome, RETRY_DAYS, START_MS)).toMatchObject({
      status: "pending",
      nextAttemptMs: START_MS + DAY_MS,
      lastFailureCode: "authentication_required",
    });
  });
});

describe("after a successful attempt", () => {
  test.each([
    { payment: fresh, because: "it succeeded the first time" },
    { payment: failingAt([0, 1]), because: "a retry succeeded" },
    { payment: failingAt([0, 30]), because: "money that comes after the last attempt counts too" },
  ])("it is paid and never tried again: $because", ({ payment }) => {
    const nowMs = START_MS + 40 * DAY_MS;
    expect(afterAttempt(payment, { type: "succeeded" }, RETRY_DAYS, nowMs)).toMatchObject({
      status: "succeeded",
      nextAttemptMs: null,
      settledAtMs: nowMs,
    });
  });
});

test("what is paid is never tried again", () => {
  const paid = afterAttempt(fresh, { type: "succeeded" }, RETRY_DAYS, START_MS);
  expect(() => afterAttempt(paid, declined, RETRY_DAYS, START_MS + HOUR_MS)).toThrow("not tried");
});
