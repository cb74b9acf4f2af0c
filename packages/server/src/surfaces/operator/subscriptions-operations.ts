import { Type } from "typebox";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Instant, Literals, Metadata, Nullable } from "#platform/http/wire.ts";

const tags = ["subscriptions"];
const Id = Closed({ id: IdString("subscription") });

const subscriptionFields = {
  id: IdString("subscription"),
  customer: IdString("customer"),
  plan: IdString("plan"),
  plan_version: Type.Integer(),
  status: Literals(["incomplete", "active", "past_due", "canceled"]),
  title: Nullable(Type.String()),
  reference_id: Nullable(Type.String()),
  metadata: Type.Record(Type.String(), Type.Unknown()),
  time_zone: Type.String(),
  current_period_start: Nullable(Instant),
  current_period_end: Nullable(Instant),
  cancel_at_period_end: Type.Boolean(),
  canceled_at: Nullable(Instant),
  ended_at: Nullable(Instant),
  created_at: Instant,
  activated_at: Nullable(Instant),
};

const SubscriptionWire = Closed(subscriptionFields);

const CreatedSubscriptionWire = Closed({
  ...subscriptionFields,
  payment_url: Nullable(
    Type.String({ description: "Where the customer saves a card; null when one is on file" }),
  ),
});

const NewSubscription = Closed({
  customer: IdString("customer"),
  plan: IdString("plan"),
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  reference_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        "Your own id: the same one again, for the same customer and plan, answers the same subscription",
    }),
  ),
  metadata: Type.Optional(Metadata),
  return_url: Type.Optional(
    Type.String({ maxLength: 2000, description: "Where the payer goes after saving a card" }),
  ),
});

export const createSubscription = {
  config: {
    scope: "billing:write",
    refuses: [
      "customer_not_found",
      "plan_not_found",
      "plan_archived",
      "currency_mismatch",
      "return_url_not_allowed",
      "subscription_reference_reused",
    ],
  },
  schema: {
    operationId: "createSubscription",
    summary: "Subscribe a customer to a plan",
    description:
      "With a card on file it starts at once; else `payment_url` is where the customer saves one.",
    tags,
    body: NewSubscription,
    response: { 201: CreatedSubscriptionWire },
  },
} as const;

export const listSubscriptions = {
  config: { scope: "billing:read", refuses: ["customer_not_found"] },
  schema: {
    operationId: "listSubscriptions",
    summary: "List subscriptions, newest first",
    tags,
    querystring: PageQuery({ customer: Type.Optional(IdString("customer")) }),
    response: { 200: Page(SubscriptionWire) },
  },
} as const;

export const getSubscription = {
  config: { scope: "billing:read", refuses: ["subscription_not_found"] },
  schema: {
    operationId: "getSubscription",
    summary: "Get a subscription",
    tags,
    params: Id,
    response: { 200: SubscriptionWire },
  },
} as const;

export const cancelSubscription = {
  config: {
    scope: "billing:write",
    refuses: ["subscription_not_found", "subscription_transition_refused"],
    emptyBody: true,
  },
  schema: {
    operationId: "cancelSubscription",
    summary: "End a subscription when its period ends, or now",
    description:
      "Ended now, what ran and was used so far is billed. Late usage is taken for 24 hours, onto a final invoice.",
    tags,
    params: Id,
    body: Closed({
      at_period_end: Type.Optional(Type.Boolean({ description: "True unless you say not" })),
    }),
    response: { 200: SubscriptionWire },
  },
} as const;
