import type { EpochMs } from "#kernel/clock.ts";
import {
  endpointSnapshot,
  type WebhookEndpoint,
  type WebhookEndpointSnapshot,
} from "#modules/webhooks/domain/index.ts";

/** Every event about an endpoint. The event reference page is generated from this table. */
export const webhookEvents = {
  "webhook_endpoint.disabled": {
    when: "A webhook endpoint is sent nothing any more: it answered 410, or took nothing for five days.",
    carries: [],
  },
} as const;

/** The `data` of an event about an endpoint. */
export interface WebhookEndpointEventData {
  readonly webhook_endpoint: WebhookEndpointSnapshot;
}

/** It is told to the project's other endpoints, and in the event log. */
export function endpointDisabled(
  endpoint: WebhookEndpoint,
  eventId: bigint,
  occurredAtMs: EpochMs,
) {
  const data: WebhookEndpointEventData = { webhook_endpoint: endpointSnapshot(endpoint) };
  return {
    customerId: 0n,
    id: eventId,
    type: "webhook_endpoint.disabled" satisfies keyof typeof webhookEvents,
    data: { ...data },
    occurredAtMs,
  };
}
