import { Type } from "typebox";
import { TRIAL_DAYS_MAX } from "#modules/catalog/domain/index.ts";
import { subscriptionStatuses } from "#modules/subscriptions/domain/index.ts";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Instant, Literals, Metadata, Nullable } from "#platform/http/wire.ts";

const tags = ["subscriptions"];
const Id = Closed({ id: IdString("subscription") });

const subscriptionFields = {
  id: IdString("subscription"),
  customer: IdString("customer"),
  plan: IdString("plan"),
  plan_version: Type.Integer(),
  status: Literals(subscriptionStatuses),
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
  starts_at: Nullable(Instant),
  trial_end: Nullable(Instant),
  billing_anchor: Nullable(Instant),
  terms_ahead: Type.Integer({ description: "Terms that are bought beyond the running one" }),
  pause: Nullable(Closed({ paused_at: Nullable(Instant), resumes_at: Nullable(Instant) })),
};

export const SubscriptionWire = Closed(subscriptionFields, { title: "Subscription" });

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
  starts_at: Type.Optional({ ...Instant, description: "When it begins; now, when absent" }),
  trial_days: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: TRIAL_DAYS_MAX,
      description: "In place of the plan's trial; 0 for none",
    }),
  ),
  trial_end: Type.Optional({ ...Instant, description: "The same as an instant" }),
  billing_anchor: Type.Optional(
    Type.Union(
      [Closed({ day: Type.Integer({ minimum: 1, maximum: 31 }) }), Closed({ at: Instant })],
      {
        description:
          "Where periods are counted from: a day of the month, in shorter months its last one, or an " +
          "instant. What runs before the first of them is charged in proportion",
      },
    ),
  ),
});

export const createSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "customer_not_found",
      "plan_not_found",
      "plan_archived",
      "currency_mismatch",
      "return_url_not_allowed",
      "subscription_reference_reused",
      "time_invalid",
      "billing_anchor_invalid",
    ],
  },
  schema: {
    operationId: "createSubscription",
    summary: "Subscribe a customer to a plan",
    description:
      "With a card on file it starts at once, or when `starts_at` says; else `payment_url` is where " +
      "the customer saves one. A trial is one period, in which usage is counted and not billed.",
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
    previews: true,
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

const RefusedTransition = ["subscription_not_found", "subscription_transition_refused"] as const;

export const undoCancellation = {
  config: { scope: "billing:write", previews: true, refuses: RefusedTransition, emptyBody: true },
  schema: {
    operationId: "undoCancellation",
    summary: "Let a subscription run on that was to end with its period",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: SubscriptionWire },
  },
} as const;

export const pauseSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [...RefusedTransition, "term_not_pausable", "time_invalid"],
    emptyBody: true,
  },
  schema: {
    operationId: "pauseSubscription",
    summary: "Let a subscription rest, now or when its period ends",
    description:
      "What ran and was used so far is billed. While it rests nothing is billed, and usage of that time " +
      "is refused. What was paid in advance for the running period is not given back: resumed within " +
      "it, nothing is charged anew.",
    tags,
    params: Id,
    body: Closed({
      at_period_end: Type.Optional(Type.Boolean({ description: "False unless you say so" })),
      resumes_at: Type.Optional({ ...Instant, description: "When it ends; open, when absent" }),
    }),
    response: { 200: SubscriptionWire },
  },
} as const;

export const resumeSubscription = {
  config: { scope: "billing:write", previews: true, refuses: RefusedTransition, emptyBody: true },
  schema: {
    operationId: "resumeSubscription",
    summary: "End a pause, or take back one that has not begun",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: SubscriptionWire },
  },
} as const;

export const endTrial = {
  config: { scope: "billing:write", previews: true, refuses: RefusedTransition, emptyBody: true },
  schema: {
    operationId: "endTrial",
    summary: "End a trial now",
    description:
      "The first period begins and is charged. Without a card, what the plan says of that happens.",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: SubscriptionWire },
  },
} as const;

export const renewSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [...RefusedTransition, "term_renews_itself", "term_awaits_payment"],
    emptyBody: true,
  },
  schema: {
    operationId: "renewSubscription",
    summary: "Buy a further term",
    description:
      "For plans whose renewal is `none`. The card is charged for the term that follows what is bought " +
      "so far; once it has paid, `terms_ahead` counts it. A declined term is not tried again.",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: Closed({ ...subscriptionFields, invoice: Nullable(IdString("invoice")) }) },
  },
} as const;
