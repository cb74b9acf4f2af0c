import { sumMinor } from "#kernel/money.ts";
import { formatAttos, formatNanos, type Nanos } from "#kernel/nanos.ts";
import {
  averageUnitPrice,
  cutsBeyondMaximum,
  missingToMinimum,
  type Rated,
  type RatedTier,
  rateUsage,
  type Tier,
  type TieredModel,
  tiersBeyond,
} from "#modules/rating/domain/index.ts";
import type { Adapter, Figure, GoldenCase } from "../golden-case.ts";
import { decimalOf, decimalOrNull, listOf, major, percentOf, Unreadable } from "../words.ts";
import { charged, ratedMinor } from "./charges.ts";

export const tierAdapters: readonly Adapter[] = [
  {
    topics: "tiers-graduated tiers-volume tiers-graduated-percentage",
    takes: "ranges units",
    gives: "amount",
    answer: (golden) => ({ amount: formatAttos(ratedRanges(golden).exact) }),
  },
  {
    topics: "tiers-graduated tiers-volume",
    takes: "ranges units",
    gives: "amount unit_amount",
    answer: (golden) => {
      const rated = ratedRanges(golden);
      return {
        amount: formatAttos(rated.exact),
        unit_amount: formatNanos(averageUnitPrice(rated, 5)),
      };
    },
  },
  {
    topics: "tiers-graduated tiers-volume",
    takes: "tiers units",
    gives: "total",
    answer: (golden) => ({ total: formatAttos(ratedSteps(golden).exact) }),
  },
  {
    topics: "tiers-graduated tiers-volume",
    takes: "tiers units",
    gives: "total lines",
    answer: (golden) => {
      const rated = ratedSteps(golden);
      return { total: formatAttos(rated.exact), lines: linesOf(golden, rated) };
    },
  },
  {
    topics: "tiers-graduated tiers-volume",
    takes: "tiers already units",
    gives: "total lines",
    answer: (golden) => {
      const added = addedByTiers(golden);
      return { total: major(sumMinor(added)), lines: added.map((amount) => major(amount)) };
    },
  },
  {
    topics: "max-spend",
    takes: "tiers already units max billed",
    gives: "total discounts",
    answer: (golden) => {
      const { max, billed } = golden.inputs;
      const added = addedByTiers(golden);
      const cuts = cutsBeyondMaximum(charged(max), charged(billed), added);
      return {
        total: major(sumMinor([...added, ...cuts.map((cut) => -cut)])),
        discounts: cuts.map((cut) => major(cut)),
      };
    },
  },
  {
    topics: "min-spend",
    takes: "tiers units min",
    gives: "lines total",
    answer: (golden) => {
      const rated = ratedMinor(stepModel(golden, "volume"), decimalOf(golden.inputs["units"]));
      const missing = missingToMinimum(charged(golden.inputs["min"]), rated);
      const lines = [rated, missing];
      return { lines: lines.map((line) => major(line)), total: major(sumMinor(lines)) };
    },
  },
  {
    topics: "tiers-blocks",
    takes: "tiers units",
    gives: "per_tier total",
    answer: (golden) => {
      const { exact, tiers } = ratedBlocks(golden);
      return {
        per_tier: tiers.map((tier) => formatAttos(tier.exact)),
        total: formatAttos(exact),
      };
    },
  },
  {
    topics: "tiers-blocks",
    takes: "tiers units",
    gives: "total",
    answer: (golden) => ({ total: formatAttos(ratedBlocks(golden).exact) }),
  },
];

/** Tiers as `[from, to, price, flat fee]`. */
function ratedRanges({ topic, inputs }: GoldenCase): Rated {
  const isShare = topic === "tiers-graduated-percentage";
  const tiers = listOf(inputs["ranges"]).map((range): Tier => {
    const [_from, upTo, price, flat] = listOf(range);
    return {
      upTo: decimalOrNull(upTo),
      unitPrice: isShare ? percentOf(price) : decimalOf(price),
      flatPrice: decimalOf(flat),
    };
  });
  return rateUsage(tiered(modelOf(topic), tiers), decimalOf(inputs["units"]));
}

/** Tiers as `[to, flat fee, unit price]`, each of the two prices null where there is none. */
function stepModel({ inputs }: GoldenCase, type: TieredModel["type"]): TieredModel {
  const tiers = listOf(inputs["tiers"]).map((step): Tier => {
    const [upTo, flat, price] = listOf(step);
    return {
      upTo: decimalOrNull(upTo),
      unitPrice: decimalOrNull(price) ?? 0n,
      flatPrice: decimalOrNull(flat) ?? 0n,
    };
  });
  return tiered(type, tiers);
}

function ratedSteps(golden: GoldenCase): Rated {
  const units = decimalOf(golden.inputs["units"]);
  return rateUsage(stepModel(golden, modelOf(golden.topic)), units);
}

/** What each tier charges for the units that came after those already billed. */
function addedByTiers(golden: GoldenCase): bigint[] {
  const model = stepModel(golden, "graduated");
  const already = decimalOf(golden.inputs["already"]);
  const units = decimalOf(golden.inputs["units"]);
  const added = tiersBeyond(rateUsage(model, already), rateUsage(model, already + units));
  return added.map((exact) => charged(formatAttos(exact)));
}

/** A line for each price that a reached tier has: its units', then its flat fee. */
function linesOf({ inputs }: GoldenCase, { tiers }: Rated): string[] {
  const steps = listOf(inputs["tiers"]).map(listOf);
  return tiers.flatMap((tier, index) => {
    const [, flat, price] = steps[index] ?? [];
    return [
      ...(price == null ? [] : [formatAttos(unitsOnly(tier))]),
      ...(flat == null ? [] : [formatNanos(tier.flatPrice)]),
    ];
  });
}

function unitsOnly(tier: RatedTier): bigint {
  const { upTo: _upTo, ...terms } = tier;
  const alone = { ...terms, upTo: null, flatPrice: 0n };
  return rateUsage(tiered("volume", [alone]), tier.quantity).exact;
}

/** Tiers as `[units in a block, blocks at most, price of a block]`; the last one takes what is left. */
function ratedBlocks({ policy, inputs }: GoldenCase): Rated {
  let upTo: Nanos = 0n;
  const steps = listOf(inputs["tiers"]).map(listOf);
  const tiers = steps.map(([size, blocks, price], index): Tier => {
    for (let block = 0n; block < BigInt(Number(blocks)); block += 1n) upTo += decimalOf(size);
    return {
      upTo: index === steps.length - 1 ? null : upTo,
      unitPrice: decimalOf(price),
      flatPrice: 0n,
      packageSize: decimalOf(size),
    };
  });
  const type = policy.startsWith("volume") ? "volume" : "graduated";
  return rateUsage(tiered(type, tiers), decimalOf(inputs["units"]));
}

function tiered(type: TieredModel["type"], tiers: readonly Tier[]): TieredModel {
  return { type, includedQuantity: 0n, tiers };
}

function modelOf(topic: string): TieredModel["type"] {
  const type = MODELS.get(topic);
  if (type === undefined) throw new Unreadable(`${topic} is no tiered model`);
  return type;
}

const MODELS = new Map<Figure, TieredModel["type"]>([
  ["tiers-graduated", "graduated"],
  ["tiers-volume", "volume"],
  ["tiers-graduated-percentage", "graduated_percentage"],
]);
