import { Type } from "typebox";
import { PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Instant, Literals, Metadata, Nullable } from "#platform/http/wire.ts";
import { Ok, OkPage } from "./answers.ts";
import { CustomerBody, SubscriptionWire } from "./subscription-wire.ts";
import { UsageAnswer, UsageBody } from "./usage-wire.ts";

const tags = ["metered subscriptions"];
const Uid = Closed({ uid: IdString("subscription") });

export const createLink = {
  config: {
    scope: "billing:write",
    refuses: [
      "plan_not_found",
      "plan_archived",
      "customer_invalid",
      "currency_mismatch",
      "return_url_not_allowed",
    ],
  },
  schema: {
    operationId: "createBillingSubscriptionLink",
    summary: "Make the page on which a customer gives a card and so subscribes",
    description:
      "The customer is found by e-mail address or made. The same reference_id answers the same link.",
    tags,
    body: Closed({
      plan_uid: IdString("plan"),
      customer: CustomerBody,
      title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      reference_id: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      meta_data: Type.Optional(Metadata),
    }),
    response: { 201: Ok(SubscriptionWire) },
  },
} as const;

export const listSubscriptions = {
  config: { scope: "billing:read", refuses: [] },
  schema: {
    operationId: "listBillingSubscriptions",
    summary: "List subscriptions, newest first",
    tags,
    querystring: PageQuery({}),
    response: { 200: OkPage(SubscriptionWire) },
  },
} as const;

export const getSubscription = {
  config: { scope: "billing:read", refuses: ["subscription_not_found"] },
  schema: {
    operationId: "getBillingSubscription",
    summary: "Get a subscription with what it used so far",
    tags,
    params: Uid,
    response: { 200: Ok(SubscriptionWire) },
  },
} as const;

export const cancelSubscription = {
  config: {
    scope: "billing:write",
    refuses: ["subscription_not_found", "subscription_transition_refused"],
    emptyBody: true,
  },
  schema: {
    operationId: "cancelBillingSubscription",
    summary: "End a subscription with its period, or at once",
    tags,
    params: Uid,
    body: Closed({ at_period_end: Type.Optional(Type.Boolean()) }),
    response: { 200: Ok(SubscriptionWire) },
  },
} as const;

export const recordUsage = {
  config: {
    scope: "usage:write",
    requestLog: "none",
    rateLimit: "none",
    refuses: [
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
      "usage_too_early",
      "usage_too_late",
    ],
  },
  schema: {
    operationId: "recordBillingUsage",
    summary: "Record usage, one event or up to 10,000",
    tags,
    params: Uid,
    body: UsageBody,
    response: { 200: Ok(UsageAnswer) },
  },
} as const;

export const listUsage = {
  config: { scope: "billing:read", refuses: ["subscription_not_found"] },
  schema: {
    operationId: "listBillingUsage",
    summary: "List the usage events of a subscription",
    tags,
    params: Uid,
    querystring: Closed({
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 20 }),
      cursor: Type.Optional(Type.String({ maxLength: 1000 })),
    }),
    response: {
      200: OkPage(
        Closed({
          metric: Type.String(),
          metric_count: Type.Number(),
          reference_id: Type.String(),
          occurred_at: Instant,
        }),
      ),
    },
  },
} as const;

export const listPeriods = {
  config: { scope: "billing:read", refuses: ["subscription_not_found"] },
  schema: {
    operationId: "listBillingPeriods",
    summary: "List the billing periods of a subscription, newest first",
    description:
      "Each with everything that was charged for it, in advance, at its end or late; the one that runs with what closing it as it stands would charge. `invoice_uid` names the invoice that its end made.",
    tags,
    params: Uid,
    querystring: PageQuery({}),
    response: {
      200: OkPage(
        Closed({
          period_start: Instant,
          period_end: Instant,
          status: Literals(["open", "closed"]),
          base_amount: Type.Number(),
          usage_amount: Type.Number(),
          total: Type.Number(),
          usage_charges: Type.Array(
            Closed({
              metric: Type.String(),
              count: Type.Number(),
              rate: Nullable(Type.Number()),
              amount: Type.Number(),
            }),
          ),
          invoice_uid: Nullable(IdString("invoice")),
        }),
      ),
    },
  },
} as const;
