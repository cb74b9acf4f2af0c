import { expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import type { WebhookAttempt } from "./delivery.ts";
import { outcomeOf, retryPausesMs } from "./outcome.ts";

const endedAtMs = Date.UTC(2026, 0, 1);

function attemptOf(attemptNumber: number, status: number | null): WebhookAttempt {
  return {
    customerId: 1n,
    deliveryId: 2n,
    attemptNumber,
    startedAtMs: endedAtMs - 20,
    durationMs: 20,
    status,
    error: status === null ? "no answer in time" : null,
  };
}

// The ten steps of the Standard Webhooks specification, "Deliverability and reliability".
test.each([
  { afterAttempt: 1, pauseMs: 5 * SECOND_MS },
  { afterAttempt: 2, pauseMs: 5 * MINUTE_MS },
  { afterAttempt: 3, pauseMs: 30 * MINUTE_MS },
  { afterAttempt: 4, pauseMs: 2 * HOUR_MS },
  { afterAttempt: 5, pauseMs: 5 * HOUR_MS },
  { afterAttempt: 6, pauseMs: 10 * HOUR_MS },
  { afterAttempt: 7, pauseMs: 14 * HOUR_MS },
  { afterAttempt: 8, pauseMs: 20 * HOUR_MS },
  { afterAttempt: 9, pauseMs: 24 * HOUR_MS },
])("attempt $afterAttempt is followed by a pause of $pauseMs ms", ({ afterAttempt, pauseMs }) => {
  const attempt = attemptOf(afterAttempt, 500);
  const outcome = outcomeOf(attempt, endedAtMs, 0);
  expect(outcome).toMatchObject({ status: "pending", nextAttemptMs: endedAtMs + pauseMs });
  expect(outcomeOf(attempt, endedAtMs, 0.5).nextAttemptMs).toBe(endedAtMs + pauseMs * 1.05);
});

test("the tenth attempt is the last, and so is one that was asked for after it", () => {
  expect(retryPausesMs).toHaveLength(10);
  for (const attemptNumber of [10, 11]) {
    expect(outcomeOf(attemptOf(attemptNumber, 503), endedAtMs, 0)).toMatchObject({
      status: "failed",
      nextAttemptMs: null,
    });
  }
});

test.each([
  { answer: 200, status: "delivered", disables: false, because: "it was taken" },
  { answer: 204, status: "delivered", disables: false, because: "every 2xx is success" },
  { answer: 301, status: "pending", disables: false, because: "a redirect is not followed" },
  { answer: 307, status: "pending", disables: false, because: "nor is a temporary one" },
  { answer: 404, status: "pending", disables: false, because: "it may be deployed in a minute" },
  { answer: 410, status: "failed", disables: true, because: "it says that it is gone" },
  { answer: 429, status: "pending", disables: false, because: "it may have room later" },
  { answer: null, status: "pending", disables: false, because: "nobody answered" },
])("an answer of $answer is $status: $because", ({ answer, status, disables }) => {
  expect(outcomeOf(attemptOf(1, answer), endedAtMs, 0)).toMatchObject({
    status,
    disablesEndpoint: disables,
    deliveredAtMs: status === "delivered" ? endedAtMs : null,
  });
});
