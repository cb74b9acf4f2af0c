import { type Sold, type SoldItem, soldOf } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import {
  billableIn,
  type PlanKind,
  type PlanVersion,
  planKey,
  usagePrices,
} from "#modules/catalog/domain/index.ts";
import { getPlan } from "#modules/catalog/index.ts";
import { type Item, isSameInterval } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** What somebody wants to hold; what is absent stays as it is. */
export interface WantedItems {
  readonly planId?: bigint | undefined;
  readonly quantity?: bigint | undefined;
  /** All add-ons from now on. */
  readonly addOns?: readonly WantedAddOn[] | undefined;
}

export interface WantedAddOn {
  readonly planId: bigint;
  readonly quantity: bigint;
}

/**
 * What is wanted, with its plan versions: of what is held already the version that is held, of all else
 * the newest. Refuses what is not sold, or not together; the codes are those of the operations.
 */
export async function wantedSold(tx: Tx, held: Sold | null, wanted: WantedItems): Promise<Sold> {
  const [plan, ...addOns] = held?.items ?? [];
  const planId = wanted.planId ?? present(plan, "somebody wants a plan").planId;
  const main = await soldVersion(tx, plan === undefined ? [] : [plan], planId, "plan");
  const quantity = wanted.quantity ?? plan?.quantity ?? 1n;
  const added = wanted.addOns ?? addOns;
  const versions = [main];
  for (const addOn of added) versions.push(await soldVersion(tx, addOns, addOn.planId, "add_on"));
  const items = [{ planId, quantity }, ...added];
  return fittingSold(
    items.map((item, at) => ({
      quantity: item.quantity,
      version: present(versions[at], "one for each"),
    })),
  );
}

/** What is to be held of a plan version. */
export interface WantedVersion {
  readonly quantity: bigint;
  readonly version: PlanVersion;
}

/** Plan versions held together, the plan first. Refuses what is not sold so, or not together. */
export function fittingSold(wanted: readonly WantedVersion[]): Sold {
  const sold = soldOf(
    heldFrom(wanted.map(({ quantity, version }) => itemOf(quantity, version))),
    new Map(wanted.map(({ version }) => [planKey(version), version])),
  );
  refuseUnfit(sold);
  return sold;
}

function heldFrom([plan, ...addOns]: readonly Item[]) {
  return { plan: present(plan, "the plan is the first item"), addOns };
}

function itemOf(quantity: bigint, plan: PlanVersion): Item {
  const billable = billableIn(plan, quantity);
  return { planId: plan.planId, planVersion: plan.version, quantity, billable, licensed: null };
}

async function soldVersion(
  tx: Tx,
  held: readonly SoldItem[],
  planId: bigint,
  kind: PlanKind,
): Promise<PlanVersion> {
  const known = held.find((item) => item.planId === planId);
  if (known !== undefined) return known.version;
  const { latest, status } = await getPlan(tx, planId);
  const plan = formatId("plan", planId);
  if (status !== "active") throw new BillingError("plan_archived", { plan });
  if (latest.kind !== kind) throw new BillingError("add_on_alone", { plan, kind: latest.kind });
  return latest;
}

/** What cannot be sold in this quantity, or not together. */
function refuseUnfit({ items, plan }: Sold): void {
  for (const { quantity, version } of items) {
    const named = { plan: formatId("plan", version.planId) };
    if (version.quantityPolicy === null && quantity !== 1n) {
      const held = { quantity: quantity.toString(), allowed: "1" };
      throw new BillingError("quantity_not_offered", { ...named, ...held });
    }
    if (version.currency !== plan.currency || !isSameInterval(version.interval, plan.interval)) {
      const { currency, interval } = plan;
      throw new BillingError("add_on_unfit", { ...named, allowed: { currency, interval } });
    }
  }
  refuseRepeated(items);
}

function refuseRepeated(items: readonly SoldItem[]): void {
  const taken = new Map<string, bigint>();
  for (const { planId, version } of items) {
    for (const metric of new Set(usagePrices(version).map((price) => price.metric))) {
      if (taken.has(metric)) {
        throw new BillingError("usage_metric_sold_twice", {
          metric,
          plan: formatId("plan", planId),
        });
      }
      taken.set(metric, planId);
    }
  }
  const plans = new Set(items.map(({ planId }) => planId));
  if (plans.size < items.length) throw new BillingError("add_on_repeated");
}
