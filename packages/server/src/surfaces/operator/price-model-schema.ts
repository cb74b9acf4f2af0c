import { type TSchema, Type } from "typebox";
import { TIERS_MAX } from "#modules/catalog/domain/index.ts";
import { Closed, DecimalString, Literals, Nullable } from "#platform/http/wire.ts";

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

const PackageSize = DecimalString({
  description: "Sold in packages of this size, a started one as a whole; tiers then price packages",
  examples: ["100"],
});

const Rate = DecimalString({
  description: "The share of the metered amount that is charged: 0.029 is 2.9 %",
  examples: ["0.029"],
});

const FeePerEvent = DecimalString({
  description: "Charged for each event on top of the rate",
  examples: ["0.30"],
});

const IncludedEvents = DecimalString({
  description: "So many events, a whole number, are free of the fee per event",
  examples: ["0"],
});

const FeeBound = (which: string) =>
  DecimalString({
    description: `What one event costs at ${which}. A fee with bounds has nothing included`,
    examples: ["1.75"],
  });

const Tiered = Literals(["graduated", "volume"] as const, {
  description: "Each unit at the rate of its own tier, or all at the rate of the tier reached",
});

const included_quantity = Type.Optional(IncludedQuantity);

const tierList = <Tier extends TSchema>(tier: Tier) =>
  Type.Array(tier, { minItems: 1, maxItems: TIERS_MAX });

/** A price model as a publisher sends it. */
export const NewPriceModel = Type.Union([
  Closed({ type: Type.Literal("per_unit"), unit_price: UnitPrice, included_quantity }),
  Closed({
    type: Tiered,
    tiers: tierList(
      Closed({
        up_to: UpTo,
        unit_price: UnitPrice,
        flat_price: Type.Optional(FlatPrice),
        package_size: Type.Optional(PackageSize),
      }),
    ),
    included_quantity,
  }),
  Closed({
    type: Type.Literal("graduated_percentage"),
    tiers: tierList(Closed({ up_to: UpTo, rate: Rate, flat_price: Type.Optional(FlatPrice) })),
    included_quantity,
  }),
  Closed({
    type: Type.Literal("package"),
    package_size: PackageSize,
    package_price: UnitPrice,
    included_quantity,
  }),
  Closed({
    type: Type.Literal("percentage"),
    rate: Rate,
    fee_per_event: Type.Optional(FeePerEvent),
    included_events: Type.Optional(IncludedEvents),
    fee_minimum: Type.Optional(Nullable(FeeBound("least"))),
    fee_maximum: Type.Optional(Nullable(FeeBound("most"))),
    included_quantity,
  }),
]);

/** A price model as it is shown. */
export const PriceModelWire = Type.Union([
  Closed({
    type: Type.Literal("per_unit"),
    included_quantity: IncludedQuantity,
    unit_price: UnitPrice,
  }),
  Closed({
    type: Tiered,
    included_quantity: IncludedQuantity,
    tiers: Type.Array(
      Closed({
        up_to: UpTo,
        unit_price: UnitPrice,
        flat_price: FlatPrice,
        package_size: Type.Optional(PackageSize),
      }),
    ),
  }),
  Closed({
    type: Type.Literal("graduated_percentage"),
    included_quantity: IncludedQuantity,
    tiers: Type.Array(Closed({ up_to: UpTo, rate: Rate, flat_price: FlatPrice })),
  }),
  Closed({
    type: Type.Literal("package"),
    included_quantity: IncludedQuantity,
    package_size: PackageSize,
    package_price: UnitPrice,
  }),
  Closed({
    type: Type.Literal("percentage"),
    included_quantity: IncludedQuantity,
    rate: Rate,
    fee_per_event: FeePerEvent,
    included_events: IncludedEvents,
    fee_minimum: Nullable(FeeBound("least")),
    fee_maximum: Nullable(FeeBound("most")),
  }),
]);
