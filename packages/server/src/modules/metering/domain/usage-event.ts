import type { EpochMs } from "#kernel/clock.ts";
import type { ErrorCode } from "#kernel/error.ts";
import type { Feed } from "./feed.ts";
import type { Properties } from "./properties.ts";

/** A usage event as somebody reports it. Exactly one of `subscription` and `customer` is given. */
export interface UsageEvent {
  /** A subscription's id, `sub_…`. */
  readonly subscription: string | null;
  /** A customer's id, `cus_…`, or the merchant's own id for that customer. */
  readonly customer: string | null;
  readonly metric: string;
  /** A decimal; negative to correct what was reported before. */
  readonly quantity: string;
  /** Names the event within its subscription: however often it is sent, it counts once. */
  readonly referenceId: string;
  /** Null when it happens now. */
  readonly occurredAtMs: EpochMs | null;
  readonly properties: Properties | null;
}

/** An event that may be counted, and where. */
export interface PlannedEvent {
  /** The event's name among all events of all customers. */
  readonly key: string;
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly referenceId: string;
  readonly metric: string;
  readonly quantity: string;
  readonly occurredAtMs: EpochMs;
  /** When the sender said that it occurred, which may lie ahead of its receipt; null when it did not say. */
  readonly givenAtMs: EpochMs | null;
  /** In the customer's own time. */
  readonly receivedAtMs: EpochMs;
  /** The billing period that it belongs to. */
  readonly periodStartMs: EpochMs;
  /** Whether, as far as the facts know, that period still runs and is billed by no invoice. */
  readonly isPeriodOpen: boolean;
  readonly isOnTestClock: boolean;
  readonly properties: Properties | null;
  /** What it adds to which meters; null when it is added to the counter of its own metric alone. */
  readonly feeds: readonly Feed[] | null;
}

/** What became of one event. */
export type UsageOutcome =
  | { readonly status: "recorded" }
  /** The same event was recorded before. */
  | { readonly status: "duplicate" }
  | {
      readonly status: "refused";
      readonly code: ErrorCode;
      /** What would be taken, where that is known. */
      readonly details?: Readonly<Record<string, unknown>>;
    };

export const RECORDED: UsageOutcome = { status: "recorded" };
export const DUPLICATE: UsageOutcome = { status: "duplicate" };

export function refused(
  code: ErrorCode,
  details?: Readonly<Record<string, unknown>>,
): UsageOutcome & { readonly status: "refused" } {
  return details === undefined ? { status: "refused", code } : { status: "refused", code, details };
}

/** A map key that names an event: references are unique within their subscription. */
export function eventKey(
  customerId: bigint | string,
  subscriptionId: bigint | string,
  referenceId: string,
): string {
  return `${customerId}:${subscriptionId}:${referenceId}`;
}
