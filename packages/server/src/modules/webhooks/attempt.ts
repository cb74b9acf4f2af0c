import type { Clock } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { outcomeOf, type WebhookAttempt } from "#modules/webhooks/domain/index.ts";
import { standardWebhookHeaders } from "#platform/crypto/standard-webhooks.ts";
import type { Poster } from "#platform/outbound/post.ts";
import type { ClaimedDelivery } from "./claim.ts";
import type { EndedAttempt } from "./recorder.ts";

export interface AttemptDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly poster: Poster;
}

/** Tries a delivery once and says what follows from it, writing nothing. */
export async function attemptDelivery(
  { projectId, delivery, endpoint }: ClaimedDelivery,
  { clock, random, poster }: AttemptDeps,
): Promise<EndedAttempt> {
  const { customerId, body } = delivery;
  const { url, secret } = endpoint;
  const startedAtMs = clock.now();
  // The event's id, not the try's: a receiver knows by it what it has seen before.
  const id = formatOwnedId("event", { customerId, id: delivery.eventId });
  const headers = standardWebhookHeaders({ secret, id, sentAtMs: startedAtMs, body });
  const result = await poster.post({ url, headers, body });

  const endedAtMs = clock.now();
  const attempt: WebhookAttempt = {
    customerId,
    deliveryId: delivery.id,
    attemptNumber: delivery.attemptCount + 1,
    startedAtMs,
    durationMs: Math.max(0, endedAtMs - startedAtMs),
    ...result,
  };
  const outcome = outcomeOf(attempt, endedAtMs, random());
  return { projectId, endpointId: endpoint.endpointId, attempt, outcome };
}
