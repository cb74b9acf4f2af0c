import { Type } from "typebox";
import { unusedOnCancel, unusedOnPause } from "#modules/catalog/domain/index.ts";
import { Page, PageQuery } from "#platform/http/page.ts";
import { Closed, IdString, Instant, Literals } from "#platform/http/wire.ts";
import {
  ChangedSubscriptionWire,
  NewSubscription,
  RenewedSubscriptionWire,
  SubscriptionChange,
  SubscriptionWire,
  SubscriptionWithLinkWire,
} from "./subscriptions-schema.ts";

const tags = ["subscriptions"];
const Id = Closed({ id: IdString("subscription") });

export const createSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "customer_not_found",
      "plan_not_found",
      "plan_archived",
      "add_on_alone",
      "add_on_repeated",
      "add_on_unfit",
      "quantity_not_offered",
      "usage_metric_sold_twice",
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
      "the customer saves one. A start that finds no card any more waits at a `payment_url` too, and " +
      "`subscription.awaiting_payer` tells of it. A trial is one period, in which usage is counted and not billed.",
    tags,
    body: NewSubscription,
    response: { 201: SubscriptionWithLinkWire },
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
    response: { 200: SubscriptionWithLinkWire },
  },
} as const;

export const cancelSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: ["subscription_not_found", "subscription_transition_refused", "payment_under_way"],
    emptyBody: true,
  },
  schema: {
    operationId: "cancelSubscription",
    summary: "End a subscription when its period ends, or now",
    description:
      "Ended now, what ran and was used so far is billed. Late usage is taken for 24 hours, onto a final " +
      "invoice. What was charged in advance for time from then on is given back as `unused` says, by " +
      "credit notes: it first lowers what is due of its invoice. Where it is to end with its period, a " +
      "change that waits for an instant before that is still made. What else waits for its time or its " +
      "payment is withdrawn: `subscription.change_withdrawn` tells it, and undoing the cancellation " +
      "does not bring it back.",
    tags,
    params: Id,
    body: Closed({
      at_period_end: Type.Optional(Type.Boolean({ description: "True unless you say not" })),
      unused: Type.Optional(
        Literals(unusedOnCancel, {
          description:
            "With `at_period_end` false: whether the paid time that is not used is lost, becomes credit, " +
            "or is refunded as far as a card paid it. As the plan's `unused_time` says, when absent",
          examples: ["refund"],
        }),
      ),
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
    refuses: [...RefusedTransition, "payment_under_way", "term_not_pausable", "time_invalid"],
    emptyBody: true,
  },
  schema: {
    operationId: "pauseSubscription",
    summary: "Let a subscription rest, now or when its period ends",
    description:
      "What ran and was used so far is billed. While it rests nothing is billed, and usage of that time " +
      "is refused. Paused now, what was charged in advance for the rest of the period stays paid, so that " +
      "nothing is charged anew until it is over; or, as `unused` says, it becomes credit at once, and the " +
      "rest of the period in which it resumes is charged. A change that waits goes on waiting: what falls " +
      "due in the pause is made when it resumes.",
    tags,
    params: Id,
    body: Closed({
      at_period_end: Type.Optional(Type.Boolean({ description: "False unless you say so" })),
      resumes_at: Type.Optional({ ...Instant, description: "When it ends; open, when absent" }),
      unused: Type.Optional(
        Literals(unusedOnPause, {
          description:
            "With `at_period_end` false: what becomes of paid time that is not used. As the plan's " +
            "`unused_time` says, when absent",
          examples: ["credit"],
        }),
      ),
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
      "so far; once it has paid, `terms_ahead` counts it. A declined term is not tried again, and its " +
      "invoice is void.",
    tags,
    params: Id,
    body: Closed({}),
    response: { 200: RenewedSubscriptionWire },
  },
} as const;

export const changeSubscription = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "subscription_not_found",
      "subscription_transition_refused",
      "plan_not_found",
      "plan_archived",
      "add_on_alone",
      "add_on_repeated",
      "add_on_unfit",
      "quantity_not_offered",
      "usage_metric_sold_twice",
      "currency_mismatch",
      "change_policy_unfit",
      "invoice_unpaid",
      "term_not_pausable",
      "change_awaits_payment",
      "term_awaits_payment",
      "change_overtaken",
      "payment_declined",
      "time_invalid",
    ],
  },
  schema: {
    operationId: "changeSubscription",
    summary: "Change what a subscription holds",
    description:
      "Its plan, its quantity, its add-ons: all of them from then on; what is left out stays. At once, " +
      "at an instant or at the period's end, as the plan's `change_policy` says or as you say. What waits " +
      "for an instant is made and billed as soon as the server comes to it, and dated then. At once " +
      "it answers the invoice that credits and charges for it. A change that waits is replaced by a " +
      "newer one; to want what is held already withdraws it. Under a `payment_gated` policy what costs " +
      "more is charged first and granted when that is paid: a declined card is `payment_declined`, takes " +
      "the invoice back and changes nothing. Where the bank wants the payer, that refusal has an " +
      "`action_url`; where the provider has not answered yet, the answer is 200. In both cases " +
      "`awaited_change` shows the change until it is paid, withdrawn, or dropped by the period's end, a pause " +
      "or a cancellation. Where one of these came before the money, the answer is `change_overtaken`, which " +
      "says what of it is credit now. A dry run supposes that the card pays.",
    tags,
    params: Id,
    body: SubscriptionChange,
    response: { 200: ChangedSubscriptionWire },
  },
} as const;

export const withdrawChange = {
  config: {
    scope: "billing:write",
    previews: true,
    refuses: [
      "subscription_not_found",
      "subscription_transition_refused",
      "change_not_pending",
      "payment_under_way",
    ],
  },
  schema: {
    operationId: "withdrawSubscriptionChange",
    summary: "Withdraw the change that waits",
    description:
      "The one that awaits its payment, whose invoice is then void and whose credit is there again; else " +
      "the one that awaits its time.",
    tags,
    params: Id,
    response: { 200: SubscriptionWire },
  },
} as const;
