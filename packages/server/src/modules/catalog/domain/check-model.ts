import { NANOS_PER_UNIT, type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import {
  isBounded,
  type PackageModel,
  type PercentageModel,
  type PriceModel,
  type Tier,
  type TieredModel,
  tiersFault,
} from "#modules/rating/domain/index.ts";
import { amountFaults, faultUnless, type PlanFault, quantityFaults } from "./fault.ts";

export const TIERS_MAX = 100;

/** What keeps a price model from pricing every quantity, with the place of each fault. */
export function modelFaults(model: PriceModel, path: string): PlanFault[] {
  const included = quantityFaults(model.includedQuantity, `${path}/included_quantity`);
  switch (model.type) {
    case "per_unit":
      return [...included, ...amountFaults(model.unitPrice, `${path}/unit_price`)];
    case "graduated":
    case "volume":
    case "graduated_percentage":
      return [...included, ...tierListFaults(model, `${path}/tiers`)];
    case "package":
      return [...included, ...packageFaults(model, path)];
    case "percentage":
      return [...included, ...percentageFaults(model, path)];
  }
}

function packageFaults({ packageSize, packagePrice }: PackageModel, path: string): PlanFault[] {
  return [
    ...packageSizeFaults(packageSize, `${path}/package_size`),
    ...amountFaults(packagePrice, `${path}/package_price`),
  ];
}

function percentageFaults(model: PercentageModel, path: string): PlanFault[] {
  const { feeMinimum, feeMaximum, includedEvents } = model;
  const isOrdered = feeMinimum === null || feeMaximum === null || feeMinimum <= feeMaximum;
  const isFree = model.includedQuantity !== 0n || includedEvents !== 0n;
  return [
    ...rateFaults(model.rate, `${path}/rate`),
    ...amountFaults(model.feePerEvent, `${path}/fee_per_event`),
    ...quantityFaults(includedEvents, `${path}/included_events`),
    ...faultUnless(
      includedEvents % NANOS_PER_UNIT === 0n,
      `${path}/included_events`,
      "events are counted in whole numbers",
    ),
    ...amountFaults(feeMinimum ?? 0n, `${path}/fee_minimum`),
    ...amountFaults(feeMaximum ?? 0n, `${path}/fee_maximum`),
    ...faultUnless(isOrdered, `${path}/fee_maximum`, "the most is not less than the least"),
    ...faultUnless(
      !(isBounded(model) && isFree),
      path,
      // Which of the events were free would hang on the order in which they came.
      "a fee with a minimum or maximum has nothing included",
    ),
  ];
}

function tierListFaults({ type, tiers }: TieredModel, path: string): PlanFault[] {
  const fault =
    tiers.length > TIERS_MAX ? `at most ${TIERS_MAX} tiers are kept` : tiersFault(tiers);
  if (fault !== null) return [{ path, message: fault }];
  return tiers.flatMap((tier, index) => {
    const at = `${path}/${index}`;
    return [
      ...quantityFaults(tier.upTo ?? 0n, `${at}/up_to`),
      ...(type === "graduated_percentage"
        ? rateFaults(tier.unitPrice, `${at}/rate`)
        : amountFaults(tier.unitPrice, `${at}/unit_price`)),
      ...amountFaults(tier.flatPrice, `${at}/flat_price`),
      ...tierPackageFaults(type, tier, tiers[index - 1]?.upTo ?? 0n, at),
    ];
  });
}

function tierPackageFaults(
  type: TieredModel["type"],
  { packageSize, upTo }: Tier,
  from: Nanos,
  path: string,
): PlanFault[] {
  if (packageSize === undefined) return [];
  const faults = packageSizeFaults(packageSize, `${path}/package_size`);
  if (faults.length > 0 || type === "volume" || upTo === null) return faults;
  return faultUnless(
    (upTo - from) % packageSize === 0n,
    `${path}/up_to`,
    "a tier that is sold in packages holds a whole number of them",
  );
}

function packageSizeFaults(size: Nanos, path: string): PlanFault[] {
  const faults = faultUnless(size !== 0n, path, "a package holds something");
  return [...faults, ...quantityFaults(size, path)];
}

function rateFaults(rate: Nanos, path: string): PlanFault[] {
  const isFit = rate >= 0n && rate <= unitsToNanos(1n);
  return faultUnless(isFit, path, "a rate is a share from 0 to 1: 0.029 for 2.9 %");
}
