import { type Static, Type } from "typebox";
import { isoInstant, isoInstantOrNull, SECOND_MS } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import {
  dialectNames,
  disablingReasons,
  endpointSnapshot,
  type WebhookEndpoint,
} from "#modules/webhooks/domain/index.ts";
import type { EndpointChange, LoggedDelivery } from "#modules/webhooks/index.ts";
import { Closed, IdString, Instant, Literals, Nullable } from "#platform/http/wire.ts";

const EventTypes = Type.Array(Type.String({ pattern: "^[a-z_]{1,50}\\.[a-z_]{1,50}$" }), {
  minItems: 1,
  maxItems: 50,
  examples: [["invoice.paid", "payment.failed"]],
});

const DialectName = Literals(dialectNames, {
  description:
    "native: our own events, as in the event log. metered: the metered API's `subscriptions.*` webhooks.",
});

const Url = Type.String({
  minLength: 1,
  maxLength: 2000,
  description: "http or https; https on the live side",
  examples: ["https://example.com/webhooks"],
});

export const NewEndpointWire = Closed({
  url: Url,
  dialect: Type.Optional(DialectName),
  event_types: Type.Optional(
    Nullable({ ...EventTypes, description: "In the dialect's words; absent or null for all" }),
  ),
});

const Status = Literals(["enabled", "disabled"], {
  description: "A disabled endpoint is sent nothing",
});

/** What is absent stays as it is. */
export const EndpointChangeWire = Closed({
  url: Type.Optional(Url),
  event_types: Type.Optional(
    Nullable({ ...EventTypes, description: "In the dialect's words; null for all" }),
  ),
  status: Type.Optional(Status),
});

const OVERLAP_SECONDS_DEFAULT = 24 * 60 * 60;
const OVERLAP_SECONDS_MAX = 30 * OVERLAP_SECONDS_DEFAULT;

export const SecretRotationWire = Closed({
  overlap_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: OVERLAP_SECONDS_MAX,
      description:
        "How long messages are signed with the old secret too; a day when it is not said",
      examples: [3600],
    }),
  ),
});

export const ResendFailedWire = Closed({ since: Instant });

const endpointFields = {
  id: IdString("webhookEndpoint"),
  url: Type.String(),
  dialect: DialectName,
  event_types: Nullable(Type.Array(Type.String())),
  status: Status,
  disabled_reason: Nullable(
    Literals(disablingReasons, {
      description:
        "gone: it answered 410. failing: it took nothing for five days. asked: somebody disabled it.",
    }),
  ),
  disabled_at: Nullable(Instant),
  failing_since: Nullable({
    ...Instant,
    description: "The first failure after the last success; null while all is well",
  }),
  created_at: Instant,
};

const Secret = Type.String({
  description: "What its webhooks are signed with, as Standard Webhooks says",
  examples: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw2rZKbS0ZtUU="],
});

export const EndpointWire = Type.Object(endpointFields);

export const EndpointWithSecretWire = Type.Object({ ...endpointFields, secret: Secret });

export const EndpointForReaderWire = Type.Object({
  ...endpointFields,
  secret: Type.Optional(Secret),
});

export const DeliveryWire = Type.Object({
  id: IdString("delivery"),
  endpoint: IdString("webhookEndpoint"),
  event: IdString("event"),
  event_number: Type.Integer({ minimum: 1 }),
  event_type: Type.String({ description: "In the endpoint's dialect" }),
  status: Literals(["pending", "delivered", "failed"]),
  next_attempt_at: Nullable(Instant),
  created_at: Instant,
  delivered_at: Nullable(Instant),
  attempts: Type.Array(
    Type.Object({
      number: Type.Integer({ minimum: 1 }),
      started_at: Instant,
      duration_ms: Type.Integer({ minimum: 0 }),
      status: Nullable(Type.Integer({ description: "The HTTP status of the answer" })),
      error: Nullable(Type.String({ description: "Why there was no answer" })),
    }),
  ),
});

export function endpointWithSecretToWire(endpoint: WebhookEndpoint) {
  return { ...endpointSnapshot(endpoint), secret: endpoint.secret };
}

export function endpointChangeFromWire({
  url,
  event_types: eventTypes,
  status,
}: Static<typeof EndpointChangeWire>): EndpointChange {
  return {
    ...(url === undefined ? {} : { url }),
    ...(eventTypes === undefined ? {} : { eventTypes }),
    ...(status === undefined ? {} : { status }),
  };
}

/** In milliseconds. */
export function overlapFromWire({ overlap_seconds }: Static<typeof SecretRotationWire>): number {
  return (overlap_seconds ?? OVERLAP_SECONDS_DEFAULT) * SECOND_MS;
}

export function deliveryToWire(delivery: LoggedDelivery) {
  const { customerId, eventId } = delivery;
  return {
    id: formatOwnedId("delivery", delivery),
    endpoint: formatId("webhookEndpoint", delivery.endpointId),
    event: formatOwnedId("event", { customerId, id: eventId }),
    event_number: Number(delivery.eventNumber),
    event_type: delivery.eventType,
    status: delivery.status,
    next_attempt_at: isoInstantOrNull(delivery.nextAttemptMs),
    created_at: isoInstant(delivery.createdAtMs),
    delivered_at: isoInstantOrNull(delivery.deliveredAtMs),
    attempts: delivery.attempts.map((attempt) => ({
      number: attempt.attemptNumber,
      started_at: isoInstant(attempt.startedAtMs),
      duration_ms: attempt.durationMs,
      status: attempt.status,
      error: attempt.error,
    })),
  };
}
