import { Type } from "typebox";
import {
  anchorsAfterPause,
  DESCRIPTION_CHARACTERS_MAX,
  FILTER_VALUES_MAX,
  FILTERS_MAX,
  METRIC_PATTERN,
  NAME_CHARACTERS_MAX,
  PRICES_MAX,
  PROPERTY_PATTERN,
  prorationBases,
  renewals,
  TRIAL_DAYS_MAX,
  trialEndsWithoutCard,
  unpaidEnds,
  unusedOnCancel,
  unusedOnPause,
  VALUE_CHARACTERS_MAX,
} from "#modules/catalog/domain/index.ts";
import { AGGREGATIONS } from "#modules/metering/domain/index.ts";
import { changeModes } from "#modules/subscriptions/domain/index.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Metadata,
  Nullable,
} from "#platform/http/wire.ts";
import { NewPriceModel, PriceModelWire } from "./price-model-schema.ts";

const Name = Type.String({
  minLength: 1,
  maxLength: NAME_CHARACTERS_MAX,
  examples: ["Business Plan"],
});

const Currency = Type.String({
  pattern: "^[A-Z]{3}$",
  description: "ISO 4217",
  examples: ["JMD"],
});

const Billed = Literals(["advance", "arrears"] as const, {
  description: "Billed as a period begins, or when it has ended",
  examples: ["arrears"],
});

const Metric = Type.String({
  pattern: METRIC_PATTERN,
  description: "What usage events name",
  examples: ["packages"],
});

const MeterName = Type.String({
  pattern: METRIC_PATTERN,
  description:
    "Under what name the price's usage is counted and billed: the metric's, unless two prices of the " +
    "plan measure the same metric",
  examples: ["packages"],
});

const AggregationWire = Literals(AGGREGATIONS, {
  description:
    "What becomes of the quantities of a period's events: added up, counted, the largest, that of " +
    "the last event, or how many different values `property` has",
  examples: ["sum"],
});

const Property = Nullable(
  Type.String({
    pattern: PROPERTY_PATTERN,
    description: "The property whose values `unique_count` counts",
  }),
);

const FiltersWire = Type.Record(
  Type.String({ pattern: PROPERTY_PATTERN }),
  Type.Array(Type.String({ maxLength: VALUE_CHARACTERS_MAX }), {
    minItems: 1,
    maxItems: FILTER_VALUES_MAX,
  }),
  {
    maxProperties: FILTERS_MAX,
    additionalProperties: false,
    description:
      "By property, the values of which an event needs one, as text; only events that match all of " +
      "them count",
    examples: [{ region: ["eu", "us"] }],
  },
);

const Amount = DecimalString({
  description: "In major units, and a whole number of the currency's smallest one",
  examples: ["2999.00"],
});

const Interval = {
  unit: Literals(["day", "week", "month", "quarter", "year", "fixed_days"] as const, {
    description: "`fixed_days` are terms of 24 hours each, whatever the calendar says",
    examples: ["month"],
  }),
  count: Type.Integer({ minimum: 1, maximum: 1000, examples: [1] }),
};

const Limit = (which: string) =>
  Nullable(
    DecimalString({
      description: `What a period's charges come to at ${which}; null for no such limit`,
      examples: ["1000.00"],
    }),
  );

const spend = { minimum_spend: Limit("least"), maximum_spend: Limit("most") };

const newSpend = {
  minimum_spend: Type.Optional(spend.minimum_spend),
  maximum_spend: Type.Optional(spend.maximum_spend),
};

const WhenUnpaid = Literals(unpaidEnds, {
  description:
    "What becomes of a subscription whose invoice is given up after the last retry: it ends, or it stays `past_due` and is billed on",
  examples: ["cancel"],
});

const Renewal = Literals(renewals, {
  description:
    "`none`: a period is a term; it ends in `expired` unless a further one is bought with `renew`",
  examples: ["auto"],
});

const trial = {
  days: Type.Integer({
    minimum: 0,
    maximum: TRIAL_DAYS_MAX,
    description: "Of the customer's calendar; 0 for no trial. Usage in a trial is free",
    examples: [14],
  }),
  requires_card: Type.Boolean({ description: "Whether it begins with a card only" }),
  without_card: Literals(trialEndsWithoutCard, {
    description:
      "When it ends without a card: it is canceled, paused, or goes on and owes, as if one were declined",
    examples: ["cancel"],
  }),
};

const AnchorAfterPause = Literals(anchorsAfterPause, {
  description: "Whether periods are counted as before a pause, or from its end",
  examples: ["keep"],
});

const unusedTime = {
  on_cancel: Literals(unusedOnCancel, {
    description:
      "Of a subscription that ends at once: it is lost, it becomes the customer's credit, or what a card " +
      "paid of it is refunded and the rest is credit",
    examples: ["credit"],
  }),
  on_pause: Literals(unusedOnPause, {
    description:
      "Of one that pauses at once: paid time runs on in the pause, or it becomes the customer's credit " +
      "and is charged anew when it resumes",
    examples: ["credit"],
  }),
};

const newLifecycle = {
  anchor_after_pause: Type.Optional(AnchorAfterPause),
  unused_time: Type.Optional(
    Closed(
      {
        on_cancel: Type.Optional(unusedTime.on_cancel),
        on_pause: Type.Optional(unusedTime.on_pause),
      },
      { description: "What becomes of time that was charged in advance and is not used" },
    ),
  ),
  renewal: Type.Optional(Renewal),
  trial: Type.Optional(
    Closed({
      days: trial.days,
      requires_card: Type.Optional(trial.requires_card),
      without_card: Type.Optional(trial.without_card),
    }),
  ),
};
const Kind = Literals(["plan", "add_on"] as const, {
  description: "An add-on is sold with a plan of the same currency and interval only",
  examples: ["plan"],
});

const changePolicy = {
  upgrade: Literals(changeModes, {
    description:
      "How a subscription becomes more: at once and prorated, at once for a full period, at once and " +
      "billed from the next period on, or at the period's end",
    examples: ["now_prorated"],
  }),
  downgrade: Literals(changeModes, {
    description: "How it becomes less",
    examples: ["at_period_end"],
  }),
  proration: Literals(prorationBases, {
    description: "How the parts of a period are measured",
    examples: ["exact_time"],
  }),
  payment_gated: Type.Boolean({
    description: "Whether what costs more is granted only when it is paid",
    examples: [true],
  }),
};

const WholeNumber = Type.String({ pattern: "^[0-9]{1,10}$", examples: ["10"] });

const QuantityPolicy = Nullable(
  Closed(
    { included: WholeNumber, step: WholeNumber },
    {
      description:
        "Sold in bands: `included` at least, above it in whole steps. Flat prices are for one. Null: sold once",
    },
  ),
);

const NewPrice = Type.Union([
  Closed({ kind: Type.Literal("flat"), name: Name, billed: Billed, amount: Amount }),
  Closed({
    kind: Type.Literal("usage"),
    name: Name,
    billed: Type.Optional(Type.Literal("arrears")),
    metric: Metric,
    meter: Type.Optional(MeterName),
    aggregation: Type.Optional(AggregationWire),
    property: Type.Optional(Property),
    filters: Type.Optional(FiltersWire),
    model: NewPriceModel,
    ...newSpend,
  }),
]);

/** What a publisher sends for a new plan, and for each further version of one. */
export const NewPlanVersion = Closed({
  name: Name,
  description: Type.Optional(
    Nullable(
      Type.String({ maxLength: DESCRIPTION_CHARACTERS_MAX, examples: ["For growing shops"] }),
    ),
  ),
  currency: Currency,
  interval: Closed({ unit: Interval.unit, count: Type.Optional(Interval.count) }),
  prices: Type.Array(NewPrice, {
    minItems: 1,
    maxItems: PRICES_MAX,
    description: "In the order in which an invoice lists them",
    examples: [
      [
        { kind: "flat", name: "Base fee", billed: "arrears", amount: "2999.00" },
        {
          kind: "usage",
          name: "Packages",
          metric: "packages",
          model: { type: "per_unit", unit_price: "50.00" },
        },
      ],
    ],
  }),
  ...newSpend,
  when_unpaid: Type.Optional(WhenUnpaid),
  ...newLifecycle,
  kind: Type.Optional(Kind),
  change_policy: Type.Optional(
    Closed({
      upgrade: Type.Optional(changePolicy.upgrade),
      downgrade: Type.Optional(changePolicy.downgrade),
      proration: Type.Optional(changePolicy.proration),
      payment_gated: Type.Optional(changePolicy.payment_gated),
    }),
  ),
  quantity_policy: Type.Optional(QuantityPolicy),
  metadata: Type.Optional(Metadata),
});

const Price = Type.Union([
  Closed({
    kind: Type.Literal("flat"),
    id: IdString("price"),
    name: Name,
    billed: Billed,
    amount: Amount,
  }),
  Closed({
    kind: Type.Literal("usage"),
    id: IdString("price"),
    name: Name,
    billed: Type.Literal("arrears"),
    metric: Metric,
    meter: MeterName,
    aggregation: AggregationWire,
    property: Property,
    filters: Type.Unsafe<Record<string, string[]>>(FiltersWire),
    model: PriceModelWire,
    ...spend,
  }),
]);

const version = {
  id: IdString("plan"),
  version: Type.Integer({ minimum: 1, examples: [1] }),
  kind: Kind,
  name: Name,
  description: Nullable(Type.String()),
  currency: Currency,
  interval: Closed(Interval),
  prices: Type.Array(Price),
  ...spend,
  when_unpaid: WhenUnpaid,
  renewal: Renewal,
  trial: Closed(trial),
  anchor_after_pause: AnchorAfterPause,
  unused_time: Closed(unusedTime),
  change_policy: Closed(changePolicy),
  quantity_policy: QuantityPolicy,
  // Each surface checks the metadata it takes; what is kept is shown as it is.
  metadata: Type.Unsafe<Record<string, unknown>>(Metadata),
  published_at: Instant,
};

export const PlanStatusWire = Literals(["active", "archived"] as const, {
  description: "An archived plan is not sold any more; who has it keeps it",
  examples: ["active"],
});

export const PlanVersionWire = Closed(version);

/** A plan is shown as its newest version. */
export const PlanWire = Closed({ ...version, status: PlanStatusWire, created_at: Instant });
