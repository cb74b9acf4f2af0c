import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from "#kernel/clock.ts";
import type { DeliveryStatus, WebhookAttempt } from "./delivery.ts";
import { askedPauseMs } from "./retry-after.ts";

/**
 * The pauses before each try, as the Standard Webhooks specification advises: ten tries over three
 * days, the first at once.
 */
export const retryPausesMs: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A pause grows by up to a tenth, so that what failed together does not come back together. */
const JITTER = 0.1;

const GONE = 410;

export interface Outcome {
  readonly status: DeliveryStatus;
  readonly nextAttemptMs: EpochMs | null;
  readonly deliveredAtMs: EpochMs | null;
  /** The receiver has said that it wants no more of this. */
  readonly disablesEndpoint: boolean;
}

/** How a try ended, beside what is logged of it. */
export interface AttemptEnd {
  readonly endedAtMs: EpochMs;
  /** The receiver's `Retry-After`: the next try is not before that, nor before its place in the schedule. */
  readonly retryAfter: string | null;
  /** In [0, 1): spreads the next try. */
  readonly chance: number;
}

/**
 * What follows from a try. Only 2xx is success: a redirect is not followed, as nobody has checked
 * where it leads.
 */
export function outcomeOf(
  { status, attemptNumber }: Pick<WebhookAttempt, "status" | "attemptNumber">,
  { endedAtMs, retryAfter, chance }: AttemptEnd,
): Outcome {
  if (status !== null && status >= 200 && status < 300) {
    return ended("delivered", { deliveredAtMs: endedAtMs });
  }
  if (status === GONE) return ended("failed", { disablesEndpoint: true });

  const scheduledMs = retryPausesMs[attemptNumber];
  if (scheduledMs === undefined) return ended("failed", {});
  const pauseMs = Math.max(scheduledMs, askedPauseMs(retryAfter, endedAtMs));
  const nextAttemptMs = endedAtMs + Math.round(pauseMs * (1 + JITTER * chance));
  return { status: "pending", nextAttemptMs, deliveredAtMs: null, disablesEndpoint: false };
}

function ended(status: "delivered" | "failed", more: Partial<Outcome>): Outcome {
  return { status, nextAttemptMs: null, deliveredAtMs: null, disablesEndpoint: false, ...more };
}
