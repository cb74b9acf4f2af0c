import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId } from "#kernel/ids.ts";
import type { Dialect } from "./dialect.ts";
import type { DisablingReason, WebhookEndpoint } from "./endpoint.ts";

/** An endpoint as the API and its events show it, without its secrets. */
export interface WebhookEndpointSnapshot {
  id: string;
  url: string;
  dialect: Dialect;
  event_types: string[] | null;
  status: "enabled" | "disabled";
  disabled_reason: DisablingReason | null;
  disabled_at: string | null;
  failing_since: string | null;
  created_at: string;
}

export function endpointSnapshot(endpoint: WebhookEndpoint): WebhookEndpointSnapshot {
  return {
    id: formatId("webhookEndpoint", endpoint.endpointId),
    url: endpoint.url,
    dialect: endpoint.dialect,
    event_types: endpoint.eventTypes === null ? null : [...endpoint.eventTypes],
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason,
    disabled_at: isoInstantOrNull(endpoint.disabledAtMs),
    failing_since: isoInstantOrNull(endpoint.failingSinceMs),
    created_at: isoInstant(endpoint.createdAtMs),
  };
}
