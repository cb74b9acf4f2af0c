import { Closed, IdString } from "#platform/http/wire.ts";
import { SubscriptionUsageWire, UsageAnswer, UsageBody } from "./usage-wire.ts";

const tags = ["usage"];

export const recordUsage = {
  config: {
    scope: "usage:write",
    requestLog: "none",
    rateLimit: "none",
    refuses: [
      "customer_not_found",
      "quantity_invalid",
      "server_busy",
      "subscription_closed",
      "subscription_paused",
      "subscription_not_active",
      "subscription_not_found",
      "time_invalid",
      "usage_metric_unknown",
      "usage_outside_subscription",
      "usage_reference_reused",
      "usage_subscription_ambiguous",
      "usage_too_early",
      "usage_too_late",
    ],
  },
  schema: {
    operationId: "recordUsage",
    summary: "Record usage events, each of them once",
    description:
      "Takes one event, or an array of up to 10,000. It is answered once the events are stored. In an " +
      "array each event is taken or refused by itself; a single event that is refused is an error. An " +
      "event that was recorded before, with the same content, is a `duplicate` and counts once.",
    tags,
    body: UsageBody,
    response: { 200: UsageAnswer },
  },
} as const;

export const getSubscriptionUsage = {
  config: { scope: "billing:read", refuses: ["subscription_not_found"] },
  schema: {
    operationId: "getSubscriptionUsage",
    summary: "What a subscription used in its running period",
    tags,
    params: Closed({ id: IdString("subscription") }),
    response: { 200: SubscriptionUsageWire },
  },
} as const;
