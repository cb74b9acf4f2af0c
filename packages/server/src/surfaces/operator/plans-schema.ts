import { Type } from "typebox";
import {
  DESCRIPTION_CHARACTERS_MAX,
  METRIC_PATTERN,
  NAME_CHARACTERS_MAX,
  PRICES_MAX,
  TIERS_MAX,
} from "#modules/catalog/domain/index.ts";
import {
  Closed,
  DecimalString,
  IdString,
  Instant,
  Literals,
  Metadata,
  Nullable,
} from "#platform/http/wire.ts";

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
  description: "What usage events name; a plan prices each metric once",
  examples: ["packages"],
});

const Amount = DecimalString({
  description: "In major units, and a whole number of the currency's smallest one",
  examples: ["2999.00"],
});

const UnitPrice = DecimalString({
  description: "In major units, with up to nine decimals",
  examples: ["50.00"],
});

const IncludedQuantity = DecimalString({
  description: "Free of charge; tiers count from the first unit that is paid for",
  examples: ["0"],
});

const UpTo = Nullable(
  DecimalString({
    description: "The last quantity of the tier; null on the last tier, which has no end",
    examples: ["1000"],
  }),
);

const FlatPrice = DecimalString({
  description: "Added once when usage reaches the tier",
  examples: ["0"],
});

const Tiered = Literals(["graduated", "volume"] as const, {
  description: "Each unit at the rate of its own tier, or all at the rate of the tier reached",
});

const Interval = {
  unit: Literals(["day", "week", "month", "quarter", "year", "fixed_days"] as const, {
    description: "`fixed_days` are terms of 24 hours each, whatever the calendar says",
    examples: ["month"],
  }),
  count: Type.Integer({ minimum: 1, maximum: 1000, examples: [1] }),
};

const NewModel = Type.Union([
  Closed({
    type: Type.Literal("per_unit"),
    unit_price: UnitPrice,
    included_quantity: Type.Optional(IncludedQuantity),
  }),
  Closed({
    type: Tiered,
    tiers: Type.Array(
      Closed({ up_to: UpTo, unit_price: UnitPrice, flat_price: Type.Optional(FlatPrice) }),
      { minItems: 1, maxItems: TIERS_MAX },
    ),
    included_quantity: Type.Optional(IncludedQuantity),
  }),
]);

const NewPrice = Type.Union([
  Closed({ kind: Type.Literal("flat"), name: Name, billed: Billed, amount: Amount }),
  Closed({
    kind: Type.Literal("usage"),
    name: Name,
    billed: Type.Optional(Type.Literal("arrears")),
    metric: Metric,
    model: NewModel,
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
  metadata: Type.Optional(Metadata),
});

const Model = Closed({
  type: Literals(["per_unit", "graduated", "volume"] as const),
  included_quantity: IncludedQuantity,
  unit_price: Type.Optional(UnitPrice),
  tiers: Type.Optional(
    Type.Array(Closed({ up_to: UpTo, unit_price: UnitPrice, flat_price: FlatPrice })),
  ),
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
    model: Model,
  }),
]);

const version = {
  id: IdString("plan"),
  version: Type.Integer({ minimum: 1, examples: [1] }),
  name: Name,
  description: Nullable(Type.String()),
  currency: Currency,
  interval: Closed(Interval),
  prices: Type.Array(Price),
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
