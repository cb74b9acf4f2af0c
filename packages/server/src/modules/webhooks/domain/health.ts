import { DAY_MS, type EpochMs } from "#kernel/clock.ts";
import type { DisablingReason, WebhookEndpoint } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";

/** An endpoint that has taken nothing for so long is sent nothing more. */
export const FAILING_MAX_MS = 5 * DAY_MS;

/** What tries that ended together say about the endpoint they went to; null for nothing new. */
export type HealthChange =
  | { readonly kind: "recovered" }
  | { readonly kind: "failing"; readonly sinceMs: EpochMs }
  | { readonly kind: "disable"; readonly reason: DisablingReason };

/** A try's end, as far as it concerns the endpoint. */
export interface TryEnd {
  readonly outcome: Outcome;
  readonly endedAtMs: EpochMs;
}

/** `endpoint` is as it was when the tries began. One success among the tries is a success of all. */
export function healthChange(
  { failingSinceMs }: Pick<WebhookEndpoint, "failingSinceMs">,
  tries: readonly TryEnd[],
): HealthChange | null {
  if (tries.some(({ outcome }) => outcome.disablesEndpoint)) {
    return { kind: "disable", reason: "gone" };
  }
  if (tries.some(({ outcome }) => outcome.status === "delivered")) {
    return failingSinceMs === null ? null : { kind: "recovered" };
  }
  const ends = tries.map(({ endedAtMs }) => endedAtMs);
  if (failingSinceMs === null) return { kind: "failing", sinceMs: Math.min(...ends) };
  const isOver = Math.max(...ends) - failingSinceMs >= FAILING_MAX_MS;
  return isOver ? { kind: "disable", reason: "failing" } : null;
}
