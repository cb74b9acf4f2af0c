import type Stripe from "stripe";
import type { Metadata } from "../wire/metadata.ts";
import { toSeconds } from "./instant.ts";

export type WebhookEndpointRecord = {
  readonly id: string;
  readonly createdMs: number;
  readonly url: string;
  /** Signs each delivery. Answered only when the endpoint is created. */
  readonly secret: string;
  /** Names of events; `*` stands for all. */
  readonly enabledEvents: readonly string[];
  readonly description: string | null;
  readonly metadata: Metadata;
};

export function renderWebhookEndpoint(endpoint: WebhookEndpointRecord): Stripe.WebhookEndpoint {
  return {
    id: endpoint.id,
    object: "webhook_endpoint",
    api_version: null,
    application: null,
    created: toSeconds(endpoint.createdMs),
    description: endpoint.description,
    enabled_events: [...endpoint.enabledEvents],
    livemode: false,
    metadata: { ...endpoint.metadata },
    status: "enabled",
    url: endpoint.url,
  };
}

export function wantsEvent(endpoint: WebhookEndpointRecord, type: string): boolean {
  return endpoint.enabledEvents.includes("*") || endpoint.enabledEvents.includes(type);
}
