import Farthing, { type FarthingOptions } from "../src/index.ts";

export const NOW_MS = Date.parse("2026-03-01T12:00:00Z");
export const TEST_TOKEN = "farthing_test_0123456789abcdefghjkmnpqrs.secret-part";

/** A client whose waits take no time and are written down, and whose jitter is always one half. */
export function clientUnderTest(baseUrl: string, options: Partial<FarthingOptions> = {}) {
  const waitsMs: number[] = [];
  const farthing = new Farthing({
    accessToken: TEST_TOKEN,
    mode: "sandbox",
    baseUrl,
    now: () => NOW_MS,
    random: () => 0.5,
    sleep: async (delayMs) => void waitsMs.push(delayMs),
    ...options,
  });
  return { farthing, waitsMs };
}

/** What a promise rejected with; fails if it did not. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("The promise was expected to reject.");
}
