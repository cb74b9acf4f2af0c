import { setTimeout as delay } from "node:timers/promises";

const pollEveryMs = 20;

/** Asks again and again until the answer is not null; null when `timeoutMs` passed without one. */
export async function waitFor<T>(
  timeoutMs: number,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() >= deadlineMs) return null;
    await delay(pollEveryMs);
  }
}
