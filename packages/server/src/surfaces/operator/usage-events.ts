import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Static } from "typebox";
import { isoInstant } from "#kernel/clock.ts";
import { formatOwnedId } from "#kernel/ids.ts";
import { formatNanos } from "#kernel/nanos.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { type EventSearch, type FoundEvent, searchEvents } from "#modules/metering/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import { parameterInvalid } from "#platform/http/validation.ts";
import { idFrom, ownedIdFrom, parseInstant } from "#platform/http/wire.ts";
import * as operations from "./usage-events-operations.ts";

type Query = Static<(typeof operations.searchUsageEvents)["schema"]["querystring"]>;

/** Finding usage events again. */
export const usageEventRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get("/v1/usage/events", operations.searchUsageEvents, (request) =>
    request.transact(async (tx) => {
      const { cursor = null, limit } = request.query;
      const owner = ownerOf(request.query);
      if (owner.subscriptionId !== null) {
        await getSubscription(tx, { customerId: owner.customerId, id: owner.subscriptionId });
      }
      const { testClockAtMs } = await getCustomer(tx, owner.customerId);
      const search = {
        ...owner,
        ...wantedOf(request.query),
        isOnTestClock: testClockAtMs !== null,
      };
      const { events, nextCursor } = await searchEvents(tx, search, { cursor, limit });
      return {
        data: events.map(eventToWire),
        next_cursor: nextCursor,
        has_more: nextCursor !== null,
      };
    }),
  );
};

function ownerOf({ customer, subscription }: Query) {
  const customerId =
    customer === undefined ? null : idFrom("customer", customer, "customer_not_found");
  if (subscription === undefined) {
    if (customerId !== null) return { customerId, subscriptionId: null };
    const message = "must have customer or subscription";
    throw parameterInvalid("query", [{ path: "", message }]);
  }
  const key = ownedIdFrom("subscription", subscription, "subscription_not_found");
  return { customerId: customerId ?? key.customerId, subscriptionId: key.id };
}

function wantedOf(
  query: Query,
): Omit<EventSearch, "customerId" | "subscriptionId" | "isOnTestClock"> {
  const { property: name, property_value: value = null } = query;
  if (name === undefined && value !== null) {
    const message = "needs the property that has it";
    throw parameterInvalid("query", [{ path: "/property_value", message }]);
  }
  return {
    referenceId: query.reference_id ?? null,
    metric: query.metric ?? null,
    periodStartMs: instantOrNull(query.period_start),
    occurredFromMs: instantOrNull(query.occurred_from),
    occurredBeforeMs: instantOrNull(query.occurred_before),
    property: name === undefined ? null : { name, value },
  };
}

function instantOrNull(text: string | undefined): number | null {
  return text === undefined ? null : parseInstant(text);
}

function eventToWire(event: FoundEvent) {
  return {
    subscription: formatOwnedId("subscription", event.subscription),
    metric: event.metric,
    quantity: formatNanos(event.quantity),
    reference_id: event.referenceId,
    occurred_at: isoInstant(event.occurredAtMs),
    received_at: isoInstant(event.receivedAtMs),
    period_start: isoInstant(event.periodStartMs),
    properties: event.properties,
  };
}
