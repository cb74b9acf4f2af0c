import { describe, expect, test } from "vitest";
import { FarthingConnectionError } from "./errors.ts";
import { retryDelayMs, sleepFor } from "./retry.ts";

const policy = {
  attemptCountMax: 5,
  baseDelayMs: 100,
  delayMsMax: 350,
  retryAfterMsMax: 1000,
};
const broken = new FarthingConnectionError("connection_failed", "Broken.", null);

describe("the delay before a retry", () => {
  test.each([
    { attemptCount: 1, random: 0, delayMs: 0, because: "full jitter begins at zero" },
    { attemptCount: 1, random: 0.999, delayMs: 99, because: "and stays below the ceiling" },
    { attemptCount: 2, random: 0.5, delayMs: 100, because: "the ceiling doubles" },
    { attemptCount: 3, random: 0.5, delayMs: 175, because: "the ceiling is capped" },
    { attemptCount: 5, random: 0.5, delayMs: null, because: "the tries are used up" },
  ])("after try $attemptCount is $delayMs: $because", ({ attemptCount, random, delayMs }) => {
    expect(retryDelayMs(broken, attemptCount, policy, () => random)).toBe(delayMs);
  });

  test("does not exist for an error of another kind", () => {
    expect(retryDelayMs(new TypeError("A bug."), 1, policy, () => 0.5)).toBeNull();
  });
});

describe("sleeping", () => {
  const reason = new Error("Enough.");

  test("ends by itself", async () => {
    const controller = new AbortController();
    await expect(sleepFor(1, controller.signal)).resolves.toBeUndefined();
  });

  test("ends with the signal", async () => {
    const controller = new AbortController();
    const asleep = sleepFor(60_000, controller.signal);
    controller.abort(reason);
    await expect(asleep).rejects.toBe(reason);
  });

  test("does not begin under an aborted signal", async () => {
    await expect(sleepFor(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
