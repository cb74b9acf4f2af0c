import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";

export type DeliveryStatus = "pending" | "delivered" | "failed";

/** One event on its way to one endpoint. It belongs to the event's customer. */
export interface WebhookDelivery extends OwnedId {
  readonly endpointId: bigint;
  readonly eventId: bigint;
  readonly eventNumber: bigint;
  /** In the endpoint's dialect, like the body. */
  readonly eventType: string;
  /** The exact text that is signed and sent, each time the same. */
  readonly body: string;
  readonly status: DeliveryStatus;
  /** How many tries have ended. */
  readonly attemptCount: number;
  /** Null once it is delivered or failed. */
  readonly nextAttemptMs: EpochMs | null;
  readonly createdAtMs: EpochMs;
  readonly deliveredAtMs: EpochMs | null;
}

/** One try, for the delivery log. */
export interface WebhookAttempt {
  readonly customerId: bigint;
  readonly deliveryId: bigint;
  /** Counts from 1. */
  readonly attemptNumber: number;
  readonly startedAtMs: EpochMs;
  readonly durationMs: number;
  /** The answer's status, or null when there was none. */
  readonly status: number | null;
  /** Why there was no answer, in a few words. */
  readonly error: string | null;
}
