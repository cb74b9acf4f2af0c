import { FarthingConnectionError, FarthingError } from "./errors.ts";

export interface RetryOptions {
  /** Tries in all, the first included. 1 switches retries off. Default 4. */
  readonly attemptCountMax?: number;
  /** The longest wait before the second try; it doubles with each further one. Default 250. */
  readonly baseDelayMs?: number;
  /** No backoff is longer than this. Default 8,000. */
  readonly delayMsMax?: number;
  /** A server that asks for more patience than this gets no retry. Default 60,000. */
  readonly retryAfterMsMax?: number;
}

export type RetryPolicy = Required<RetryOptions>;

export interface RetryTools {
  readonly policy: RetryPolicy;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
}

const RETRYABLE_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Runs `attempt` until it succeeds, fails for good, or has failed `attemptCountMax` times; throws
 * the last failure. The caller sees to it that a second attempt repeats the first one exactly.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { policy, random, sleep }: RetryTools,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let attemptCount = 1; ; attemptCount += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const delayMs = retryDelayMs(error, attemptCount, policy, random);
      if (delayMs === null) throw error;
      await sleep(delayMs, signal);
    }
  }
}

/** How long to wait before trying again after `attemptCount` tries, or null to give up. */
export function retryDelayMs(
  error: unknown,
  attemptCount: number,
  policy: RetryPolicy,
  random: () => number,
): number | null {
  if (attemptCount >= policy.attemptCountMax || !isRetryable(error)) return null;
  if (askedDelayMs(error) > policy.retryAfterMsMax) return null;
  return backoffMs(error, attemptCount, policy, random);
}

/**
 * The wait after `attemptCount` tries for one who never gives up.
 *
 * It is drawn evenly from zero to its ceiling (full jitter), because clients that failed together
 * must not return together. What the server asks for, up to `retryAfterMsMax`, comes on top of that,
 * never under it.
 */
export function backoffMs(
  error: unknown,
  attemptCount: number,
  policy: RetryPolicy,
  random: () => number,
): number {
  const ceilingMs = Math.min(policy.delayMsMax, policy.baseDelayMs * 2 ** (attemptCount - 1));
  const askedMs = Math.min(askedDelayMs(error), policy.retryAfterMsMax);
  return askedMs + Math.floor(random() * ceilingMs);
}

function askedDelayMs(error: unknown): number {
  return error instanceof FarthingError ? (error.retryAfterMs ?? 0) : 0;
}

function isRetryable(error: unknown): boolean {
  if (error instanceof FarthingConnectionError) return true;
  if (!(error instanceof FarthingError)) return false;
  // Our own first try may still be at work on the server; its answer can be had a little later.
  const isInFlight = error.status === 409 && error.code.endsWith("request_in_flight");
  return isInFlight || RETRYABLE_STATUSES.has(error.status);
}

/** `Retry-After` in either of its two forms, seconds or an HTTP date; null for anything else. */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}

/** Waits; rejects with the signal's reason as soon as the signal is aborted. */
export function sleepFor(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}
