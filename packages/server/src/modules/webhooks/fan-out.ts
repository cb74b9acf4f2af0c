import type { Clock } from "#kernel/clock.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  type Dialects,
  dialectNames,
  type WebhookDelivery,
  type WebhookEndpoint,
  type WebhookEvent,
  wantsType,
} from "#modules/webhooks/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { EventConsumer } from "#platform/jobs/relay.ts";
import { insertDeliveries } from "./delivery-store.ts";
import { listEnabledEndpoints } from "./endpoint-store.ts";

export interface FanOutDeps {
  /** The wall clock: deliveries do not follow test clocks. */
  readonly clock: Clock;
  readonly newId: NewId;
  readonly dialects: Dialects;
}

/**
 * Makes the relay's consumer that gives each event to each endpoint that wants it. The body is fixed
 * here, so that every try and every endpoint of a dialect sees the same text.
 */
export function createFanOut(deps: FanOutDeps): EventConsumer {
  return async (tx: Tx, events: readonly WebhookEvent[]): Promise<void> => {
    const endpoints = await listEnabledEndpoints(tx);
    if (endpoints.length === 0) return;
    const deliveries = events.flatMap((event) => deliveriesOf(event, endpoints, deps));
    if (deliveries.length > 0) await insertDeliveries(tx, deliveries);
  };
}

function deliveriesOf(
  event: WebhookEvent,
  endpoints: readonly WebhookEndpoint[],
  { clock, newId, dialects }: FanOutDeps,
): WebhookDelivery[] {
  return dialectNames.flatMap((dialect) => {
    const speakers = endpoints.filter((endpoint) => endpoint.dialect === dialect);
    const message = speakers.length === 0 ? null : dialects[dialect].render(event);
    if (message === null) return [];
    const wanting = speakers.filter((endpoint) => wantsType(endpoint, message.type));
    if (wanting.length === 0) return [];
    const body = JSON.stringify(message.body);
    const nowMs = clock.now();
    return wanting.map((endpoint) => ({
      customerId: event.customerId,
      id: newId(),
      endpointId: endpoint.endpointId,
      eventId: event.id,
      eventNumber: event.number,
      eventType: message.type,
      body,
      status: "pending",
      attemptCount: 0,
      nextAttemptMs: nowMs,
      createdAtMs: nowMs,
      deliveredAtMs: null,
    }));
  });
}
