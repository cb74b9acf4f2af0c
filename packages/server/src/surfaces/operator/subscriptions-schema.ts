import { Type } from "typebox";
import { TRIAL_DAYS_MAX } from "#modules/catalog/domain/index.ts";
import { changeModes, subscriptionStatuses } from "#modules/subscriptions/domain/index.ts";
import { Closed, IdString, Instant, Literals, Metadata, Nullable } from "#platform/http/wire.ts";
import { InvoiceWire } from "./invoices-schema.ts";

const Quantity = Type.String({
  pattern: "^[1-9][0-9]{0,9}$",
  description: "A whole number above zero; other than 1 for plans with a `quantity_policy`",
  examples: ["25"],
});

const Count = (description: string) => Type.String({ description, examples: ["25"] });

const heldFields = {
  plan: IdString("plan"),
  plan_version: Type.Integer(),
  quantity: Count("As it was asked for"),
  billable_quantity: Count("What it is billed for from now on, by the plan's bands"),
  licensed_quantity: Count("What it may use today: the highest that this period is paid for"),
};

const WaitingItem = {
  plan: IdString("plan"),
  plan_version: Type.Integer(),
  quantity: Count("As it was asked for"),
};

const Mode = Literals(changeModes, {
  description: "How it takes effect; see the plan's `change_policy`",
  examples: ["now_prorated"],
});

const PendingChange = Nullable(
  Closed(
    {
      at: Nullable(Instant),
      policy: Mode,
      ...WaitingItem,
      addons: Type.Array(Closed(WaitingItem)),
      requested_at: Instant,
    },
    {
      description: "The change that waits, for an instant or, with `at` null, for the period's end",
    },
  ),
);

const AwaitedChange = Nullable(
  Closed(
    {
      invoice: IdString("invoice"),
      ...WaitingItem,
      addons: Type.Array(Closed(WaitingItem)),
      requested_at: Instant,
    },
    {
      description:
        "The change that is made once its invoice is paid. A declined card, the period's end or a " +
        "cancellation takes the invoice back and drops the change",
    },
  ),
);

const subscriptionFields = {
  id: IdString("subscription"),
  customer: IdString("customer"),
  ...heldFields,
  addons: Type.Array(Closed(heldFields)),
  pending_change: PendingChange,
  awaited_change: AwaitedChange,
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

export const SubscriptionWithLinkWire = Closed({
  ...subscriptionFields,
  payment_url: Nullable(
    Type.String({
      description: "Where the customer saves a card, or saved it; null when one was on file",
    }),
  ),
});

export const RenewedSubscriptionWire = Closed({
  ...subscriptionFields,
  invoice: Nullable(IdString("invoice")),
});

export const ChangedSubscriptionWire = Closed({
  ...subscriptionFields,
  invoice: Nullable(InvoiceWire),
});

const AddOns = Type.Array(Closed({ plan: IdString("plan"), quantity: Type.Optional(Quantity) }), {
  maxItems: 50,
  description: "Plans of kind `add_on`, of the plan's currency and interval",
});

export const NewSubscription = Closed({
  customer: IdString("customer"),
  plan: IdString("plan"),
  quantity: Type.Optional(Quantity),
  addons: Type.Optional(AddOns),
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

export const SubscriptionChange = Closed({
  plan: Type.Optional(IdString("plan", { description: "Another plan, in its newest version" })),
  quantity: Type.Optional({
    ...Quantity,
    description:
      "As it is held, when absent: a plan without a `quantity_policy` is then refused to who holds more than 1",
  }),
  addons: Type.Optional(AddOns),
  when: Type.Optional(
    Type.Union([Literals(["now", "period_end"] as const), Instant], {
      description: "As the plan's `change_policy` says, when absent",
      examples: ["now"],
    }),
  ),
  policy: Type.Optional(Mode),
});
