import type { Clock } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { outcomeOf, signingSecrets, type WebhookAttempt } from "#modules/webhooks/domain/index.ts";
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
  const startedAtMs = clock.now();
  // The event's id, not the try's: a receiver knows by it what it has seen before.
  const id = formatOwnedId("event", { customerId, id: delivery.eventId });
  const secrets = signingSecrets(endpoint, startedAtMs);
  const headers = standardWebhookHeaders({ secrets, id, sentAtMs: startedAtMs, body });
  const { status, error, retryAfter } = await poster.post({ url: endpoint.url, headers, body });

  const endedAtMs = clock.now();
  const attempt: WebhookAttempt = {
    customerId,
    deliveryId: delivery.id,
    attemptNumber: delivery.attemptCount + 1,
    startedAtMs,
    durationMs: Math.max(0, endedAtMs - startedAtMs),
    status,
    error,
  };
  const outcome = outcomeOf(attempt, { endedAtMs, retryAfter, chance: random() });
  return { projectId, endpoint, attempt, outcome, endedAtMs };
}
