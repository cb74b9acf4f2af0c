import { expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import { outcomeOf, retryPausesMs } from "./outcome.ts";

const endedAtMs = Date.UTC(2026, 0, 1);

const end = { endedAtMs, retryAfter: null, chance: 0 };

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
  const attempt = { attemptNumber: afterAttempt, status: 500 };
  const outcome = outcomeOf(attempt, end);
  expect(outcome).toMatchObject({ status: "pending", nextAttemptMs: endedAtMs + pauseMs });
  expect(outcomeOf(attempt, { ...end, chance: 0.5 }).nextAttemptMs).toBe(
    endedAtMs + pauseMs * 1.05,
  );
});

test("the tenth attempt is the last, and so is one that was asked for after it", () => {
  expect(retryPausesMs).toHaveLength(10);
  for (const attemptNumber of [10, 11]) {
    expect(outcomeOf({ attemptNumber, status: 503 }, { ...end, retryAfter: "60" })).toMatchObject({
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
  expect(outcomeOf({ attemptNumber: 1, status: answer }, end)).toMatchObject({
    status,
    disablesEndpoint: disables,
    deliveredAtMs: status === "delivered" ? endedAtMs : null,
  });
});

test.each([
  {
    attemptNumber: 1,
    status: 429,
    retryAfter: "60",
    pauseMs: MINUTE_MS,
    because: "it asks for it",
  },
  {
    attemptNumber: 1,
    status: 503,
    retryAfter: "60",
    pauseMs: MINUTE_MS,
    because: "any refusal may",
  },
  {
    attemptNumber: 2,
    status: 429,
    retryAfter: "1",
    pauseMs: 5 * MINUTE_MS,
    because: "the schedule is not hurried",
  },
  {
    attemptNumber: 1,
    status: 429,
    retryAfter: "31536000",
    pauseMs: 24 * HOUR_MS,
    because: "nobody is waited for a year",
  },
])("a $status with Retry-After $retryAfter is a pause of $pauseMs ms: $because", (row) => {
  const { attemptNumber, status, retryAfter, pauseMs } = row;
  const paused = (chance: number) =>
    outcomeOf({ attemptNumber, status }, { ...end, retryAfter, chance }).nextAttemptMs;
  expect(paused(0)).toBe(endedAtMs + pauseMs);
  // Those who were all told the same moment do not come back in it together.
  expect(paused(0.5)).toBe(endedAtMs + pauseMs * 1.05);
});
