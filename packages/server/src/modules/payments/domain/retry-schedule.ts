import { assert } from "#kernel/assert.ts";
import { DAY_MS, type EpochMs } from "#kernel/clock.ts";
import { type AttemptOutcome, PAYMENT_CANCELED, type Payment } from "./payment.ts";

/**
 * The payment after one of its attempts.
 *
 * `retryDays` counts from the first failed attempt, in days of 24 hours: [1, 3, 5, 7] tries again
 * one, three, five and seven days after it. Only instants that are still ahead count, so an attempt
 * that came late, or between two of them (another card was saved), shifts nothing. When none is
 * left the payment has failed. What the rail has canceled fails like any other attempt, and leaves
 * the rail's own payment to be made anew by the next. A success counts whenever it comes, even after
 * the last attempt.
 */
export function afterAttempt(
  payment: Payment,
  outcome: AttemptOutcome,
  retryDays: readonly number[],
  nowMs: EpochMs,
): Payment {
  assert(payment.status !== "succeeded", "what is paid is not tried again");
  if (outcome.type === "succeeded") return succeeded(payment, nowMs);
  assert(payment.status === "pending", "what was given up is not tried again");
  const firstFailedMs = payment.firstFailedMs ?? nowMs;
  const nextAttemptMs = nextRetry(firstFailedMs, retryDays, nowMs);
  return {
    ...payment,
    status: nextAttemptMs === null ? "failed" : "pending",
    railRef: outcome.code === PAYMENT_CANCELED ? null : payment.railRef,
    nextAttemptMs,
    firstFailedMs,
    lastFailureCode: outcome.code,
    settledAtMs: nextAttemptMs === null ? nowMs : null,
  };
}

/**
 * The payment that failed with a card while another was being saved: that one is tried at once and, as
 * whenever a card is saved, takes no place in the schedule.
 */
export function retriedAtOnce(payment: Payment, nowMs: EpochMs): Payment {
  return { ...payment, status: "pending", nextAttemptMs: nowMs, settledAtMs: null };
}

function succeeded(payment: Payment, nowMs: EpochMs): Payment {
  return { ...payment, status: "succeeded", nextAttemptMs: null, settledAtMs: nowMs };
}

function nextRetry(
  firstFailedMs: EpochMs,
  retryDays: readonly number[],
  nowMs: EpochMs,
): EpochMs | null {
  const ahead = retryDays
    .map((days) => firstFailedMs + days * DAY_MS)
    .filter((instantMs) => instantMs > nowMs);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
